/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreePage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Pages for the trees that a repair writes: those of the metadata's extents that no tree refers to,
 * and CLEAN extents if they are too few. A superblock announces an extent so taken before its first
 * page is written, as for a checkpoint: what a repair that dies leaves there the next opening makes
 * zero. The journal is left as it is, for its end may be the only word of a commit that was lost.
 */
final class RepairPages {

  private static final long OPENING_EXTENTS = 16;

  private final RawDevice device;
  private final PoolImage image;
  private final RepairPlan plan;
  private final Deque<Long> free = new ArrayDeque<>();
  private final ByteBuffer zeroes = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);
  private final ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

  RepairPages(RawDevice device, PoolImage image, RepairPlan plan) {
    this.device = device;
    this.image = image;
    this.plan = plan;
    for (long extent : image.metadataExtents.values()) {
      addFree(extent, image.livePages().getOrDefault(extent, 0));
    }
  }

  /**
   * Sets aside as many pages as the plan takes.
   *
   * @return the extents taken for that, to be announced before a page is written
   */
  SortedSet<Long> prepare() throws IOException {
    SortedSet<Long> taken = new TreeSet<>();
    while (free.size() < pagesOfPlan() + pagesOfNextOpening()) {
      RepairPlan.Taken next = plan.takeForMetadata();
      if (next == null) {
        throw new DeviceException("no extent of the pool is left for metadata", true);
      }
      long extent = next.extent();
      if (!next.clean()) {
        device.write(extent * PoolLayout.EXTENT_BYTES, zeroes.clear());
      }
      taken.add(extent);
      addFree(extent, 0);
    }
    return taken;
  }

  /** A sink that writes to the free pages. */
  TreeRewrite.Sink sink(long generation) {
    return (key, level, first, words) -> {
      long page = free.remove();
      TreePage.encode(buffer, key, level, first, generation, page, words);
      device.write(TreePage.copyOf(page) * PoolLayout.PAGE_BYTES, buffer);
      device.write(page * PoolLayout.PAGE_BYTES, buffer);
      return page;
    };
  }

  /**
   * The next opening writes a checkpoint before it scrubs what the repair made dirty: it must not
   * find the pool full for that.
   */
  private long pagesOfNextOpening() {
    return Math.max(0, OPENING_EXTENTS - plan.cleanExtents()) * PoolLayout.TREE_PAGES_PER_EXTENT;
  }

  private long pagesOfPlan() throws IOException {
    long[] pages = new long[1];
    plan.write(new TreeRewrite(device, image, (key, level, first, words) -> ++pages[0]));
    return pages[0];
  }

  private void addFree(long extent, int live) {
    if (extent < image.firstExtent || extent >= image.capacityExtents) {
      return;
    }
    int taken = live | live >>> PoolLayout.TREE_PAGES_PER_EXTENT;
    for (int page = 0; page < PoolLayout.TREE_PAGES_PER_EXTENT; page++) {
      if ((taken >>> page & 1) == 0) {
        free.add(extent * PoolLayout.PAGES_PER_EXTENT + page);
      }
    }
  }
}
