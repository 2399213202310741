/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The appliances that share a catalog. What belongs to a node and what is shared is said in
 * docs/ARCHITECTURE.md.
 */
package io.lunette.core.node;
