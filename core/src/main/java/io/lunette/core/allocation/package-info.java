/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Allocation and release: a ready replica goes to a server and comes back. Access is granted after
 * the catalog says so and revoked before anything else happens to a returned replica.
 */
package io.lunette.core.allocation;
