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
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
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

  /** Pages that are read back after a flush that failed, while others wait for the end of it. */
  private static final int MOST_ASKED = 200;

  private final RawDevice device;

  /** Pages, damaged or old, that were read from their copies, the first of them. */
  private final Set<Long> madeUpFor = new HashSet<>();

  private volatile String trouble;

  private final ByteBuffer readBuffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
  private final ByteBuffer copyBuffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
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

  /** By the checkpoint that is being written, or was last. */
  private final List<Long> given = new ArrayList<>();

  /** Of the checkpoint that is being written, or was last: no page of a later one can be sound. */
  private volatile long generation;

  /** Pages that a checkpoint of that generation, or one before it, wrote. */
  PageStore(RawDevice device, long generation) {
    this.device = device;
    this.generation = generation;
  }

  /**
   * Reads a page and its copy: from the copy if the page is not sound, or is the older of the two,
   * for the device may have lost the last write of it.
   */
  @Override
  public long[] read(TreeKey key, int level, long firstIndex, long page) throws IOException {
    synchronized (readBuffer) {
      long[] words;
      try {
        words = read(page, readBuffer, key, level, firstIndex, page);
      } catch (DeviceException | FormatException damage) {
        long[] copy = copyOrNull(key, level, firstIndex, page);
        if (copy == null) {
          throw damage;
        }
        warn(page, damage.getMessage());
        return copy;
      }
      return TreePage.hasCopy(readBuffer) ? later(words, key, level, firstIndex, page) : words;
    }
  }

  private long[] later(long[] words, TreeKey key, int level, long firstIndex, long page)
      throws FormatException {
    long[] copy = copyOrNull(key, level, firstIndex, page);
    if (copy == null || copyBuffer.equals(readBuffer)) {
      return words;
    }
    long generations =
        Long.compare(TreePage.generation(copyBuffer), TreePage.generation(readBuffer));
    if (generations == 0) {
      throw new FormatException("page " + page + " of " + key + " and its copy differ");
    }
    if (generations > 0) {
      warn(page, "page " + page + " of " + key + " is older than its copy");
      return copy;
    }
    return words;
  }

  /** The words of a copy, or null if that is not sound. */
  private long[] copyOrNull(TreeKey key, int level, long firstIndex, long page) {
    if (!TreePage.mayHaveCopy(page)) {
      return null;
    }
    try {
      return read(TreePage.copyOf(page), copyBuffer, key, level, firstIndex, page);
    } catch (IOException damagedToo) {
      return null;
    }
  }

  private long[] read(
      long place, ByteBuffer buffer, TreeKey key, int level, long firstIndex, long page)
      throws IOException {
    device.read(place * PoolLayout.PAGE_BYTES, buffer);
    long[] words = TreePage.decode(buffer, key, level, firstIndex, page);
    long written = TreePage.generation(buffer);
    if (written > generation) {
      throw new FormatException(
          "page "
              + page
              + " of "
              + key
              + " is of generation "
              + written
              + ", the newest superblock of "
              + generation);
    }
    return words;
  }

  private void warn(long page, String damage) {
    if (madeUpFor.size() < MOST_NAMED && madeUpFor.add(page)) {
      trouble =
          damage
              + ": read from its copy"
              + (madeUpFor.size() == 1 ? "" : ", as were " + (madeUpFor.size() - 1) + " before it")
              + "; run 'lunette pool check --repair' when the pool is not in use";
      LOG.warn("{}", trouble);
    }
  }

  /**
   * Says of pages, damaged or old, that were read from their copies, a line for people.
   * Thread-safe.
   */
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
    boolean isWritten = false;
    try {
      give(TreePage.copyOf(page));
      give(page);
      isWritten = true;
      given.add(page);
    } finally {
      if (!isWritten) {
        synchronized (free) {
          free.addFirst(page);
        }
      }
    }
    return page;
  }

  private void give(long place) throws DeviceException {
    long offset = place * PoolLayout.PAGE_BYTES;
    try {
      device.write(offset, writeBuffer);
    } catch (DeviceException e) {
      throw RefusedPlace.named(device, "a page of metadata", offset, e);
    }
  }

  /**
   * What a flush of the pages says that has failed, with the place of the first that is lost, if
   * that is one of those that were written first.
   */
  DeviceException named(DeviceException failure) {
    for (long page : given.subList(0, Math.min(MOST_ASKED, given.size()))) {
      for (long place : new long[] {TreePage.copyOf(page), page}) {
        long offset = place * PoolLayout.PAGE_BYTES;
        if (RefusedPlace.isLost(
            device, offset, found -> TreePage.isWhole(found, generation, page))) {
          return RefusedPlace.named(device, "a page of metadata", offset, failure);
        }
      }
    }
    return failure;
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
    given.clear();
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
