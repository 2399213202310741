/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.map.PageReader;
import io.lunette.engine.map.PageSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * Metadata pages on the device, and which of them are free.
 *
 * <p>A page that a checkpoint no longer refers to is written again only after the <em>next</em>
 * checkpoint is durable as well, so that either superblock leads to a whole state.
 *
 * <p>Reads may come from any thread. The rest belongs to whoever runs the checkpoint, or opens the
 * pool, under the lock of {@link Metadata}.
 */
final class PageStore implements PageReader, PageSink {

  private final RawDevice device;
  private final ByteBuffer readBuffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
  private final ByteBuffer writeBuffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
  private final Deque<Long> free = new ArrayDeque<>();
  private List<Long> releasedNow = new ArrayList<>();
  private List<Long> releasedBefore = new ArrayList<>();
  private long generation;

  PageStore(RawDevice device) {
    this.device = device;
  }

  @Override
  public long[] read(TreeKey key, int level, long firstIndex, long page) throws IOException {
    synchronized (readBuffer) {
      device.read(page * PoolLayout.PAGE_BYTES, readBuffer);
      return TreePage.decode(readBuffer, key, level, firstIndex, page);
    }
  }

  @Override
  public long write(TreeKey key, int level, long firstIndex, long[] words) throws IOException {
    Long page;
    synchronized (free) {
      page = free.poll();
    }
    if (page == null) {
      throw new IOException("checkpoint needs more pages than were set aside for it");
    }
    TreePage.encode(writeBuffer, key, level, firstIndex, generation, page, words);
    boolean written = false;
    try {
      device.write(page * PoolLayout.PAGE_BYTES, writeBuffer);
      written = true;
    } finally {
      if (!written) {
        synchronized (free) {
          free.addFirst(page);
        }
      }
    }
    return page;
  }

  @Override
  public void release(long page) {
    releasedNow.add(page);
  }

  /** Begins a checkpoint of that generation. */
  void begin(long newGeneration) {
    generation = newGeneration;
  }

  /** The checkpoint is durable: what the one before it released can be written again. */
  void end() {
    synchronized (free) {
      free.addAll(releasedBefore);
    }
    releasedBefore = releasedNow;
    releasedNow = new ArrayList<>();
  }

  int freePages() {
    synchronized (free) {
      return free.size();
    }
  }

  /** Adds the pages of an extent, but for those in {@code live}. */
  void addExtent(long extent, BitSet live) {
    synchronized (free) {
      long first = extent * PoolLayout.PAGES_PER_EXTENT;
      for (int i = 0; i < PoolLayout.PAGES_PER_EXTENT; i++) {
        if (!live.get(i)) {
          free.add(first + i);
        }
      }
    }
  }
}
