/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.engine.format.PoolLayout;

/**
 * What the extents of a pool are used for, as counted from the trees.
 *
 * @param data extents that can be dealt out at all
 * @param mapped extents that maps of layers in use name
 * @param dirty extents of released layers, and dropped ones, that wait for their scrub
 * @param metadata extents of metadata pages
 * @param reserved extents taken for writes to come
 * @param clean extents that are free and zero
 */
public record PoolUsage(
    long data, long mapped, long dirty, long metadata, long reserved, long clean) {

  /** That many extents in bytes. */
  public static long bytes(long extents) {
    return extents * PoolLayout.EXTENT_BYTES;
  }
}
