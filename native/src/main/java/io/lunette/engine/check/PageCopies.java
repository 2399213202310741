/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * Reads pages of trees and the copy of each, checks both, and goes on with the sound one where the
 * other is not: its checksum, that it is the page that belongs there, and its generation.
 */
final class PageCopies {

  private final RawDevice device;
  private final long generation;
  private final Consumer<PoolProblem> onProblem;
  private final ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

  /** Places of pages that are damaged, and where the same is sound. */
  private final Map<Long, Long> damaged = new TreeMap<>();

  /** A reader of pages that a checkpoint of that generation, or one before it, wrote. */
  PageCopies(RawDevice device, long generation, Consumer<PoolProblem> onProblem) {
    this.device = device;
    this.generation = generation;
    this.onProblem = onProblem;
  }

  /** The name of a place that holds a page, or its copy, for people. */
  static String place(TreeKey key, long page, long place) {
    return (place == page ? "page " : "copy of page ")
        + page
        + " of "
        + key
        + " at byte "
        + place * PoolLayout.PAGE_BYTES;
  }

  /**
   * The words of a page.
   *
   * @throws IOException if neither the page nor a copy of it is sound
   */
  long[] read(TreeKey key, int level, long first, long page) throws IOException {
    Version original;
    try {
      original = read(page, key, level, first, page);
    } catch (IOException damage) {
      Version copy = copyOrNull(key, level, first, page);
      if (copy == null) {
        throw damage;
      }
      damaged(key, page, page, TreePage.copyOf(page), damage.getMessage());
      return copy.words;
    }
    return original.copied ? compared(original, key, level, first, page) : original.words;
  }

  /** Writes what is damaged anew in extents that may be written, and has that durable. */
  void mend(LongPredicate mayWrite) throws IOException {
    for (Map.Entry<Long, Long> place : damaged.entrySet()) {
      if (mayWrite.test(place.getKey() / PoolLayout.PAGES_PER_EXTENT)) {
        device.read(place.getValue() * PoolLayout.PAGE_BYTES, buffer.clear());
        device.write(place.getKey() * PoolLayout.PAGE_BYTES, buffer.clear());
      }
    }
    device.flush();
  }

  private record Version(long[] words, long generation, boolean copied) {}

  private Version read(long place, TreeKey key, int level, long first, long page)
      throws IOException {
    device.read(place * PoolLayout.PAGE_BYTES, buffer.clear());
    long[] words = TreePage.decode(buffer, key, level, first, page);
    long written = TreePage.generation(buffer);
    if (written < 1 || written > generation) {
      throw new FormatException(
          "is of generation " + written + ", the superblock of " + generation);
    }
    return new Version(words, written, TreePage.hasCopy(buffer));
  }

  private Version copyOrNull(TreeKey key, int level, long first, long page) {
    if (!TreePage.mayHaveCopy(page)) {
      return null;
    }
    try {
      return read(TreePage.copyOf(page), key, level, first, page);
    } catch (IOException damagedToo) {
      return null;
    }
  }

  /** Of two that are sound the later one counts: a write of the other was lost. */
  private long[] compared(Version original, TreeKey key, int level, long first, long page)
      throws IOException {
    long place = TreePage.copyOf(page);
    Version copy;
    try {
      copy = read(place, key, level, first, page);
    } catch (IOException damage) {
      damaged(key, page, place, page, damage.getMessage());
      return original.words;
    }
    if (original.generation > copy.generation) {
      damaged(key, page, place, page, "is older than the page");
    } else if (original.generation < copy.generation) {
      damaged(key, page, page, place, "is older than its copy");
      return copy.words;
    } else if (!Arrays.equals(original.words, copy.words)) {
      throw new FormatException("page " + page + " of " + key + " and its copy differ");
    }
    return original.words;
  }

  private void damaged(TreeKey key, long page, long place, long sound, String what) {
    damaged.put(place, sound);
    onProblem.accept(
        new PoolProblem(
            place(key, page, place),
            what,
            place == page ? "written anew from its copy" : "written anew from the page"));
  }
}
