/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.journal.JournalWriter;
import io.lunette.engine.journal.RecordBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Pages for the trees that a repair writes: those of the metadata's extents that no tree refers to,
 * and CLEAN extents if they are too few. An extent so taken is in the journal before its first page
 * is written, so a repair that dies leaves no pages in what is called CLEAN.
 */
final class RepairPages {

  private static final long OPENING_EXTENTS = 16;

  private final RawDevice device;
  private final PoolImage image;
  private final RepairPlan plan;
  private final JournalWriter journal;
  private final Deque<Long> free = new ArrayDeque<>();
  private final ByteBuffer zeroes = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);
  private final ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

  RepairPages(RawDevice device, PoolImage image, RepairPlan plan) {
    this.device = device;
    this.image = image;
    this.plan = plan;
    this.journal =
        new JournalWriter(
            device,
            image.superblock.journalExtent(),
            image.superblock.journalExtents(),
            image.superblock.pool(),
            image.journalEnd.position(),
            image.journalEnd.sequence());
    for (long extent : image.metadataExtents.values()) {
      addFree(extent, image.livePages().getOrDefault(extent, 0));
    }
  }

  /**
   * Sets aside as many pages as the plan takes, and has that durable: behind the list of extents
   * with pages as it is, which the plan may number anew.
   */
  void prepare(long journalTail) throws IOException {
    RecordBuffer taken = new RecordBuffer();
    long index = image.metadataEnd();
    while (free.size() < pagesOfPlan() + pagesOfNextOpening()) {
      RepairPlan.Taken next = plan.takeForMetadata();
      if (next == null) {
        throw new DeviceException("no extent of the pool is left for metadata", true);
      }
      long extent = next.extent();
      if (!next.clean()) {
        device.write(extent * PoolLayout.EXTENT_BYTES, zeroes.clear());
      }
      taken.add(TreeKey.of(TreeKey.Kind.SPACE).encode(), extent >>> 6, plan.spaceWord(extent));
      taken.add(TreeKey.of(TreeKey.Kind.METADATA).encode(), index++, extent);
      addFree(extent, 0);
    }
    if (!taken.isEmpty()) {
      long end = journal.position() + JournalWriter.groupBytes(taken.sizeBytes());
      if (end - journalTail > journal.sizeBytes()) {
        throw new DeviceException("the journal has no room for the repair's own space", true);
      }
      device.flush();
      journal.append(taken);
      device.flush();
    }
  }

  /** Where the journal ends now. */
  long journalPosition() {
    return journal.position();
  }

  /** The sequence number of the next frame. */
  long journalSequence() {
    return journal.sequence();
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
