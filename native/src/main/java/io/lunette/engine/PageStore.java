/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.map.PageReader;
import io.lunette.engine.map.PageSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Metadata pages on the device, and which of them are free.
 *
 * <p>Each is written twice, the copy first: who reads the page while it becomes another one, and so
 * turns to the copy, finds that other one there too, never what was there before.
 *
 * <p>A page that a checkpoint no longer refers to is written again only after the <em>next</em>
 * checkpoint is durable as well, so that either superblock leads to a whole state.
 *
 * <p>Reads may come from any thread. The rest belongs to whoever runs the checkpoint, or opens the
 * pool, under the lock of {@link Metadata}.
 */
final class PageStore implements PageReader, PageSink {

  private static final Logger LOG = LoggerFactory.getLogger(PageStore.class);

  private static final int MOST_NAMED = 100;

  private final RawDevice device;

  /** Damaged pages that were read from their copies, the first of them. */
  private final Set<Long> madeUpFor = new HashSet<>();

  private volatile String trouble;

  private final ByteBuffer readBuffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
  private final ByteBuffer writeBuffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
  private final Deque<Long> free = new ArrayDeque<>();

  /** Each once, though a checkpoint that is put off releases what the next releases again. */
  private Set<Long> releasedNow = new LinkedHashSet<>();

  private Set<Long> releasedBefore = new LinkedHashSet<>();

  /**
   * Pages of before there were copies, where a copy would lie. What they take the place of is not
   * dealt out again until the next opening.
   */
  private final Set<Long> withoutCopies = new HashSet<>();

  private long generation;

  PageStore(RawDevice device) {
    this.device = device;
  }

  /** Reads a page, from its copy if need be. */
  @Override
  public long[] read(TreeKey key, int level, long firstIndex, long page) throws IOException {
    synchronized (readBuffer) {
      try {
        return read(page, key, level, firstIndex, page);
      } catch (DeviceException | FormatException damage) {
        if (!TreePage.mayHaveCopy(page)) {
          throw damage;
        }
        try {
          long[] words = read(TreePage.copyOf(page), key, level, firstIndex, page);
          warn(page, damage);
          return words;
        } catch (DeviceException | FormatException alsoDamaged) {
          throw damage;
        }
      }
    }
  }

  private long[] read(long place, TreeKey key, int level, long firstIndex, long page)
      throws IOException {
    device.read(place * PoolLayout.PAGE_BYTES, readBuffer);
    return TreePage.decode(readBuffer, key, level, firstIndex, page);
  }

  private void warn(long page, IOException damage) {
    if (madeUpFor.size() < MOST_NAMED && madeUpFor.add(page)) {
      trouble =
          damage.getMessage()
              + ": read from its copy"
              + (madeUpFor.size() == 1 ? "" : ", as were " + (madeUpFor.size() - 1) + " before it")
              + "; run 'lunette pool check --repair' when the pool is not in use";
      LOG.warn("{}", trouble);
    }
  }

  /** Says of damaged pages that were read from their copies, a line for people. Thread-safe. */
  Optional<String> trouble() {
    return Optional.ofNullable(trouble);
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
      device.write(TreePage.copyOf(page) * PoolLayout.PAGE_BYTES, writeBuffer);
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
    if (TreePage.mayHaveCopy(page) && !withoutCopies.contains(TreePage.copyOf(page))) {
      releasedNow.add(page);
    }
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
    releasedNow = new LinkedHashSet<>();
  }

  int freePages() {
    synchronized (free) {
      return free.size();
    }
  }

  /** Adds the pages of an extent, but for those that take the place of a page in {@code live}. */
  void addExtent(long extent, BitSet live) {
    synchronized (free) {
      long first = extent * PoolLayout.PAGES_PER_EXTENT;
      for (int i = 0; i < PoolLayout.TREE_PAGES_PER_EXTENT; i++) {
        int copy = i + PoolLayout.TREE_PAGES_PER_EXTENT;
        if (live.get(copy)) {
          withoutCopies.add(first + copy);
        } else if (!live.get(i)) {
          free.add(first + i);
        }
      }
    }
  }
}
