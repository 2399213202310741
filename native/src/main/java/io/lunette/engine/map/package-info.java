/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Sparse arrays of 64-bit words that live on the device in pages: every kind of metadata is one.
 *
 * <p>Start at {@link io.lunette.engine.map.WordTree}. Pages are written out of place, by
 * checkpoints alone.
 */
package io.lunette.engine.map;
