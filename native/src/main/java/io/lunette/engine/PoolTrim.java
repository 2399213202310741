/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DataRuns;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.RawDevice;
import io.lunette.blockio.Support;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trims the file of a pool when the file system under it is full: punches holes where CLEAN extents
 * have space, which a scrub leaves them that wrote zeroes or had the file system zero them. They
 * read as zeroes as before, and what the file system gets back it has for whatever the pool writes
 * next, wherever that goes: a new extent, a new block of an old one, a page of metadata.
 *
 * <p>No more is given back than writes ask for, since others may live on the file system too.
 * Nobody writes to an extent while it is trimmed, for it is reserved meanwhile; that need not be
 * durable, as it is CLEAN and zero before and after. Who finds no other waits for it. Thread-safe;
 * not to be called with the lock of {@link Metadata} held, but for an opening, when nobody else
 * calls.
 */
final class PoolTrim {

  private static final Logger LOG = LoggerFactory.getLogger(PoolTrim.class);

  /** Given back at once: what an initiator writes at once, and some more. */
  private static final long STEP_BYTES = 4 << 20;

  private static final int EXTENTS_PER_WORD = Long.SIZE;
  private static final long WORD_BYTES = EXTENTS_PER_WORD * (long) PoolLayout.EXTENT_BYTES;

  private final RawDevice device;
  private final AsideFlush flush;
  private final DeviceFeatures features;
  private final Metadata metadata;
  private volatile long turns;

  /** Where the last search ended; guarded by this. */
  private long cursor;

  PoolTrim(RawDevice device, AsideFlush flush, DeviceFeatures features, Metadata metadata) {
    this.device = device;
    this.flush = flush;
    this.features = features;
    this.metadata = metadata;
  }

  /** A count that has moved on whenever something was given back since. */
  long turns() {
    return turns;
  }

  /**
   * Gives something back, unless that was done since.
   *
   * @param seen what {@link #turns} said before the write that found no space
   * @return whether the write is worth another try
   */
  synchronized boolean makeRoom(long seen) throws IOException {
    if (turns != seen) {
      return true;
    }
    if (features.punchHole() != Support.YES) {
      return false;
    }
    long given = giveBack();
    if (given == 0) {
      return false;
    }
    // Some file systems let what was freed be used when that is durable, not before.
    flush.flush();
    LOG.debug("the file system is full: gave {} bytes under CLEAN extents back to it", given);
    turns++;
    return true;
  }

  private long giveBack() throws IOException {
    long given = 0;
    long begin = cursor;
    boolean isRound = false;
    while (given < STEP_BYTES) {
      Optional<DataRuns.Run> held = device.nextHeld(cursor);
      if (held.isEmpty() || (isRound && held.get().offsetBytes() >= begin)) {
        if (isRound) {
          break;
        }
        isRound = true;
        cursor = 0;
      } else {
        DataRuns.Run run = held.get();
        long word = run.offsetBytes() / WORD_BYTES;
        cursor = Math.min(run.endBytes(), (word + 1) * WORD_BYTES);
        given += giveBack(word, run.offsetBytes(), cursor);
      }
    }
    return given;
  }

  /** Gives back what CLEAN extents have of a range, which lies within one word of SPACE. */
  private long giveBack(long word, long from, long to) throws IOException {
    long first = from / PoolLayout.EXTENT_BYTES;
    long last = (to - 1) / PoolLayout.EXTENT_BYTES;
    long extents = -1L << first & -1L >>> EXTENTS_PER_WORD - 1 - last % EXTENTS_PER_WORD;
    long clean = reserve(word, extents);
    long given = 0;
    try {
      for (long rest = clean; rest != 0; ) {
        int begin = Long.numberOfTrailingZeros(rest);
        int count = Long.numberOfTrailingZeros(~(rest >>> begin));
        long at = Math.max(from, word * WORD_BYTES + (long) begin * PoolLayout.EXTENT_BYTES);
        long end = word * WORD_BYTES + (long) (begin + count) * PoolLayout.EXTENT_BYTES;
        long length = Math.min(to, end) - at;
        device.punchHole(at, length);
        given += length;
        rest = begin + count == EXTENTS_PER_WORD ? 0 : rest & -1L << begin + count;
      }
    } finally {
      unreserve(word, clean);
    }
    return given;
  }

  /** Takes those of these extents that are CLEAN, so that they are dealt to nobody. */
  private long reserve(long word, long extents) throws IOException {
    metadata.lock.lock();
    try {
      long clean = ~metadata.space.spaceWord(word) & extents;
      if (clean != 0) {
        metadata.space.lend(word, clean);
      }
      return clean;
    } finally {
      metadata.lock.unlock();
    }
  }

  private void unreserve(long word, long extents) throws IOException {
    metadata.lock.lock();
    try {
      metadata.space.takeBack(word, extents);
    } finally {
      metadata.lock.unlock();
    }
  }
}
