/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.PoolLayout;
import java.io.IOException;

/**
 * Finds CLEAN extents from the beginning of the pool on: what was scrubbed is dealt again before
 * what was never used. So a sparse pool takes no more of its file system than was in use at a time,
 * and a first write finds pages there that a hole would have to be given. Guarded by the lock of
 * {@link Metadata}.
 */
final class ExtentFinder {

  /** Pages that one leaf which changed may cost a checkpoint: itself, and one above. */
  private static final int PAGES_PER_CHANGE = 2;

  private final Metadata metadata;
  private final PageStore pages;
  private long cursor;

  ExtentFinder(Metadata metadata, PageStore pages) {
    this.metadata = metadata;
    this.pages = pages;
  }

  /**
   * Extents kept back from tenants, so that metadata can still be written when data is full: some
   * always, and as many as the next checkpoint needs for what has changed and for what the extents
   * that are promised to writers will change.
   */
  long keptForMetadata() {
    long reserved = metadata.space.reservedExtents() - metadata.space.lentExtents();
    long promised = metadata.cache().changedLeaves() + reserved;
    long missing = Math.max(0, PAGES_PER_CHANGE * promised - pages.freePages());
    return Math.max(16, metadata.space.dataExtents() / 256)
        + missing / PoolLayout.TREE_PAGES_PER_EXTENT;
  }

  /** Whether what has changed takes more than that part of the pages which can still be had. */
  boolean isShortOfPages(int part) {
    long supply =
        pages.freePages() + metadata.space.cleanExtents() * PoolLayout.TREE_PAGES_PER_EXTENT;
    return PAGES_PER_CHANGE * metadata.cache().changedLeaves() > supply / part;
  }

  /** Extents to reserve at once, of which each is promised the pages for its place in a map. */
  long available(long most) {
    long share = PoolLayout.TREE_PAGES_PER_EXTENT / PAGES_PER_CHANGE;
    return Math.min(most, available() * share / (share + 1));
  }

  /** CLEAN extents that tenants may still have. */
  long available() {
    return Math.max(0, metadata.space.cleanExtents() - keptForMetadata());
  }

  /** A CLEAN extent that no layer has any more with that commit, or -1 if there is none. */
  long nextCleanBy(long commit) throws IOException {
    long first = metadata.space.firstExtent >>> 6;
    long words = ((metadata.space.capacityExtents() + 63) >>> 6) - first;
    long from = Math.max(0, cursor - first);
    for (long tried = 0; tried < words && metadata.space.cleanExtents() > 0; tried++) {
      long word = first + (from + tried) % words;
      for (long rest = ~metadata.space.spaceWord(word); rest != 0; rest &= rest - 1) {
        long extent = (word << 6) + Long.numberOfTrailingZeros(rest);
        if (metadata.space.cleanedWith(extent) <= commit) {
          cursor = word;
          return extent;
        }
      }
    }
    return -1;
  }

  /** The CLEAN extents of the next word of SPACE that has any; {@link #word} says which word. */
  long nextCleanWord(long keep) throws IOException {
    if (metadata.space.cleanExtents() <= keep) {
      return 0;
    }
    long words = (metadata.space.capacityExtents() + 63) >>> 6;
    cursor = Math.min(cursor, metadata.space.takeLowestCleaned());
    for (long tried = 0; tried <= words; tried++) {
      if (cursor >= words) {
        cursor = metadata.space.firstExtent >>> 6;
      }
      long clean = ~metadata.space.spaceWord(cursor);
      if (clean != 0) {
        return clean;
      }
      cursor++;
    }
    return 0;
  }

  /** Has the next search begin behind where the last one ended. */
  void skip() {
    cursor++;
  }

  /** Where the last search ended. */
  long word() {
    return cursor;
  }
}
