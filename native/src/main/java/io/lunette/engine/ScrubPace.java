/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * How fast the scrubber may go. The rule: it goes at the rate that was set, or as fast as the
 * device lets it. While tenants read and write it takes one step at a time, a flush being one, and
 * rests three times as long after it as it took, 2 s at most; so it has a quarter of the device's
 * time, whatever the device can do, and less the more tenants ask of it. On a fast device that
 * would still be much: it goes at 64 MiB/s at most then, and evenly.
 *
 * <p>Tenants count as reading and writing for 250 ms after an operation of theirs was seen to have
 * come; that is looked at every 10 ms, and at the end of a step. Bytes that are read back count
 * like those that are written.
 *
 * <p>It never stands still for tenants: what is dirty may be what they wait for.
 *
 * <p>Thread-safe; who asks while another is held back waits behind.
 */
final class ScrubPace {

  /** The most while tenants are at it, in bytes a second. */
  private static final long YIELDING_RATE = 64L << 20;

  /** How much longer than its step it rests while tenants are at it. */
  private static final int REST = 3;

  private static final int LEAST_AT_ONCE = 16;

  /** How often it is looked whether the step under way has ended. */
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** What is dirty may be what tenants wait for, or they may be gone. */
  private static final long MOST_REST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Something that takes of the device's time. */
  interface Step {
    void run() throws IOException;
  }

  private final LongSupplier operations;
  private final LongSupplier nanoClock;
  private final LongConsumer sleep;

  /** Held by who is held back, so that the others wait behind. */
  private final Object turn = new Object();

  /** Bytes a second, 0 for as many as there can be. */
  private volatile long limit;

  private volatile boolean ended;
  private int underWay;
  private long seenOperations;
  private long lookedNanos;
  private long busyUntilNanos;
  private long notBeforeNanos;
  private long restsUntilNanos;

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
    this.restsUntilNanos = now;
  }

  /** Sets the most bytes a second, 0 for as many as there can be, and frees what was held back. */
  synchronized void limit(long bytesPerSecond) {
    limit = bytesPerSecond;
    notBeforeNanos = nanoClock.getAsLong();
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

  /**
   * Takes a step that writes or reads back so many bytes, or flushes them, when it may be taken.
   */
  void take(long bytes, Step step) throws IOException {
    admit(bytes);
    long begun = nanoClock.getAsLong();
    try {
      step.run();
    } finally {
      end(begun);
    }
  }

  private void admit(long bytes) {
    synchronized (turn) {
      for (long wait = begin(bytes); wait > 0; wait = begin(bytes)) {
        sleep.accept(wait);
      }
    }
  }

  /** Begins a step, or says for how long that may have to wait at least. */
  private synchronized long begin(long bytes) {
    long now = look();
    long wait = Math.max(notBeforeNanos - now, restsUntilNanos - now);
    if (isBusy(now) && underWay > 0) {
      wait = Math.max(wait, STEP_NANOS);
    }
    if (wait > 0 && !ended) {
      return Math.min(wait, LOOK_NANOS);
    }
    long rate = rate(now);
    notBeforeNanos = rate == 0 ? now : now + bytes * SECOND_NANOS / rate;
    underWay++;
    return 0;
  }

  private synchronized void end(long begun) {
    long now = look();
    underWay--;
    if (isBusy(now)) {
      restsUntilNanos = now + Math.min(REST * (now - begun), MOST_REST_NANOS);
    }
  }

  private boolean isBusy(long now) {
    return busyUntilNanos - now > 0;
  }

  private long rate(long now) {
    long set = limit;
    if (!isBusy(now)) {
      return set;
    }
    return set == 0 ? YIELDING_RATE : Math.min(set, YIELDING_RATE);
  }

  private long look() {
    long now = nanoClock.getAsLong();
    if (now - lookedNanos >= LOOK_NANOS || underWay > 0) {
      long came = operations.getAsLong();
      // What came while nothing was scrubbed says nothing of now.
      if (came != seenOperations && (underWay > 0 || now - lookedNanos < BUSY_NANOS)) {
        busyUntilNanos = now + BUSY_NANOS;
      }
      seenOperations = came;
      lookedNanos = now;
    }
    return now;
  }
}
