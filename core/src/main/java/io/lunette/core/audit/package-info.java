/* SPDX-License-Identifier: Apache-2.0 */
/** The audit trail: written in the transaction of the change itself, never changed afterwards. */
package io.lunette.core.audit;
