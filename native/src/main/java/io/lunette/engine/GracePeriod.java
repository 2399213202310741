/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Knows when every operation that was under way at some moment has ended, without making operations
 * wait for one another (the idea of sleepable RCU: two counters, used in turn).
 *
 * <p>Before an extent that a volume gave up is zeroed or dealt anew, its grace period must pass: an
 * older read or write of the volume may still be on its way to it.
 */
final class GracePeriod {

  private static final long POLL_NANOS = 20_000;

  private final AtomicInteger[] active = {new AtomicInteger(), new AtomicInteger()};
  private volatile int epoch;

  /** Begins an operation; the result goes to {@link #exit}. */
  int enter() {
    while (true) {
      int now = epoch;
      int slot = now & 1;
      active[slot].incrementAndGet();
      if (epoch == now) {
        return slot;
      }
      active[slot].decrementAndGet();
    }
  }

  /** Ends an operation. */
  void exit(int slot) {
    active[slot].decrementAndGet();
  }

  /** Returns when every operation has ended that began before the call. */
  synchronized void await() {
    int slot = epoch & 1;
    epoch++;
    while (active[slot].get() != 0) {
      LockSupport.parkNanos(this, POLL_NANOS);
    }
  }
}
