/* SPDX-License-Identifier: Apache-2.0 */
/** Tenants: customers and applications, whose data must never meet. */
package io.lunette.core.tenant;
