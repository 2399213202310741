/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.PoolLayout;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * How fast the scrubber may go. The rule: it goes at the rate that was set, or as fast as the
 * device lets it; but while tenants read and write, at 64 MiB/s at most, and evenly. Tenants count
 * as reading and writing for 50 ms after an operation of theirs was seen to have come; that is
 * looked at every 10 ms. Bytes that are read back count like those that are written.
 *
 * <p>It never stands still for tenants: what is dirty may be what they wait for.
 *
 * <p>Thread-safe; who asks while another is held back waits behind.
 */
final class ScrubPace {

  /** The most while tenants are at it, in bytes a second. */
  static final long YIELDING_RATE = 64L << 20;

  private static final int LEAST_AT_ONCE = 16;

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier operations;
  private final LongSupplier nanoClock;
  private final LongConsumer sleep;

  /** Bytes a second, 0 for as many as there can be. */
  private volatile long limit;

  private volatile boolean ended;
  private long seenOperations;
  private long lookedNanos;
  private long busyUntilNanos;
  private long notBeforeNanos;

  /**
   * A pace without a limit.
   *
   * @param operations how many operations of tenants have come so far
   * @param nanoClock as System.nanoTime
   * @param sleep sleeps for about so many nanoseconds
   */
  ScrubPace(LongSupplier operations, LongSupplier nanoClock, LongConsumer sleep) {
    this.operations = operations;
    this.nanoClock = nanoClock;
    this.sleep = sleep;
    long now = nanoClock.getAsLong();
    this.seenOperations = operations.getAsLong();
    this.lookedNanos = now;
    this.busyUntilNanos = now;
    this.notBeforeNanos = now;
  }

  /** Sets the most bytes a second, 0 for as many as there can be. */
  void limit(long bytesPerSecond) {
    limit = bytesPerSecond;
  }

  /**
   * How many extents to take on at a time: what a second of a set rate is for, so that what was
   * done is written down about as often, and all that pays where there is none.
   */
  int extentsAtOnce() {
    long set = limit;
    return set == 0
        ? ScrubBatch.MOST_EXTENTS
        : (int)
            Math.max(
                LEAST_AT_ONCE, Math.min(ScrubBatch.MOST_EXTENTS, set / PoolLayout.EXTENT_BYTES));
  }

  /** Holds nobody back from now on. */
  void end() {
    ended = true;
  }

  /** Returns when so many bytes more may be written or read back. */
  synchronized void admit(long bytes) {
    long now = look();
    while (notBeforeNanos - now > 0 && !ended) {
      sleep.accept(Math.min(notBeforeNanos - now, LOOK_NANOS));
      now = look();
    }
    long rate = rate(now);
    notBeforeNanos = rate == 0 ? now : now + bytes * SECOND_NANOS / rate;
  }

  private long rate(long now) {
    long set = limit;
    boolean busy = busyUntilNanos - now > 0;
    if (!busy) {
      return set;
    }
    return set == 0 ? YIELDING_RATE : Math.min(set, YIELDING_RATE);
  }

  private long look() {
    long now = nanoClock.getAsLong();
    if (now - lookedNanos >= LOOK_NANOS) {
      long came = operations.getAsLong();
      // What came while nothing was scrubbed says nothing of now.
      if (came != seenOperations && now - lookedNanos < BUSY_NANOS) {
        busyUntilNanos = now + BUSY_NANOS;
      }
      seenOperations = came;
      lookedNanos = now;
    }
    return now;
  }
}
