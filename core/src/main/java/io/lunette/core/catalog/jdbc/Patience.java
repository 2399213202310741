/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.catalog.jdbc;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How long a database that cannot be reached is waited for. Thread-safe. */
final class Patience {

  private static final long PAUSE_MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long PAUSE_MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long totalNanos;
  private final LongSupplier ticker;
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * Makes a measure.
   *
   * @param total how long in all; zero never waits
   * @param ticker nanoseconds from any beginning
   */
  Patience(Duration total, LongSupplier ticker) {
    this.totalNanos = total.toNanos();
    this.ticker = ticker;
  }

  Wait begin() {
    return new Wait();
  }

  /** Wakes all who wait; nobody waits from now on. */
  void end() {
    ended.countDown();
  }

  /** The waiting of one thread. */
  final class Wait {

    private long beganNanos;
    private long pauseNanos;

    /** Pauses before another try, longer each time; false if it is not worth one. */
    boolean goesOn() {
      long now = ticker.getAsLong();
      if (pauseNanos == 0) {
        beganNanos = now;
        pauseNanos = PAUSE_MIN_NANOS;
      } else {
        pauseNanos = Math.min(2 * pauseNanos, PAUSE_MAX_NANOS);
      }
      if (now - beganNanos + pauseNanos > totalNanos) {
        return false;
      }
      try {
        return !ended.await(pauseNanos, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
