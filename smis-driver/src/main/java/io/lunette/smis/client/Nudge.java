/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.time.Duration;

/**
 * Wakes those that wait for something to happen at the array. A nudge is only a hint to look again:
 * whoever sends one cannot claim anything. Thread-safe.
 */
final class Nudge {

  private long count;

  /** Wakes all. */
  synchronized void all() {
    count++;
    notifyAll();
  }

  /** How many nudges there were, to be given to {@link #await}. */
  synchronized long seen() {
    return count;
  }

  /** Waits for a nudge after those seen, at most so long. */
  synchronized void await(long seen, Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    long left = atMost.toMillis();
    while (count == seen && left > 0) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
  }
}
