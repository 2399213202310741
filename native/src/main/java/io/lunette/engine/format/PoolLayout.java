/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

/**
 * The coarse division of a pool: extent 0 begins with superblock A, extent 1 with superblock B,
 * then come the journal's extents, then the extents that are dealt out.
 */
public final class PoolLayout {

  /** Unit in which space is dealt, in bytes. */
  public static final int EXTENT_BYTES = 64 * 1024;

  /** Unit of the map's masks, in bytes. */
  public static final int BLOCK_BYTES = 4096;

  /** Blocks in an extent, and bits in a mask. */
  public static final int BLOCKS_PER_EXTENT = EXTENT_BYTES / BLOCK_BYTES;

  /** The mask of a whole extent. */
  public static final int FULL_MASK = 0xFFFF;

  /** Unit of metadata, in bytes: superblocks, pages and the grid of the journal. */
  public static final int PAGE_BYTES = 4096;

  /** Pages that fit into an extent. */
  public static final int PAGES_PER_EXTENT = EXTENT_BYTES / PAGE_BYTES;

  /**
   * Pages of trees in an extent: those of its first half, for the second half holds the copy of
   * each.
   */
  public static final int TREE_PAGES_PER_EXTENT = PAGES_PER_EXTENT / 2;

  /** Extent with which the journal begins. */
  public static final long JOURNAL_EXTENT = 2;

  /** The smallest pool: superblocks, the smallest journal and a little room. */
  public static final long MIN_POOL_BYTES = 32L << 20;

  /**
   * Where the rest of extent 0 begins: nothing is ever kept there, so what the device can do is
   * tried on it.
   */
  public static final long SCRATCH_OFFSET = PAGE_BYTES;

  /** Length of that rest. */
  public static final int SCRATCH_BYTES = EXTENT_BYTES - PAGE_BYTES;

  private PoolLayout() {}

  /** Extents of the journal of a new pool: a sixty-fourth of it, from 4 MiB to 32 MiB. */
  public static long journalExtents(long capacityBytes) {
    return Math.min(512, Math.max(64, capacityBytes / 64 / EXTENT_BYTES));
  }
}
