/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import java.util.concurrent.TimeUnit;

/**
 * Keeps one run to a rate: each step is due when the ones before it have used up their time. Time
 * that was lost is not made up for by a burst. Not thread-safe.
 */
final class Pace {

  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long bytesPerSecond;
  private long dueNanos;
  private boolean begun;

  Pace(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Nanoseconds until the next step is due; 0 if it is. */
  long untilDue(long nowNanos) {
    if (!begun || dueNanos - nowNanos < 0) {
      begun = true;
      dueNanos = nowNanos;
    }
    return dueNanos - nowNanos;
  }

  /** A step of this size is done now. */
  void step(long bytes) {
    dueNanos += (long) (bytes * NANOS / bytesPerSecond);
  }
}
