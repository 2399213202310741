/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.CheckReturnValue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the commands under way through a mapping, and shuts it (DESIGN I6): once {@link #shut} has
 * returned, nobody is inside and nobody gets in.
 */
final class AccessGate {

  private static final int SHUT = Integer.MIN_VALUE;

  private final AtomicInteger state = new AtomicInteger();
  private final CountDownLatch empty = new CountDownLatch(1);

  /** Enters; every success is paired with one {@link #leave}. */
  @CheckReturnValue
  boolean enter() {
    while (true) {
      int seen = state.get();
      if (seen < 0) {
        return false;
      }
      if (state.compareAndSet(seen, seen + 1)) {
        return true;
      }
    }
  }

  void leave() {
    if (state.decrementAndGet() == SHUT) {
      empty.countDown();
    }
  }

  /** Lets nobody in any more, and waits until nobody is inside. An interrupt is kept. */
  void shut() {
    if (state.getAndUpdate(seen -> seen | SHUT) == 0) {
      empty.countDown();
    }
    boolean interrupted = false;
    while (true) {
      try {
        empty.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  boolean isShut() {
    return state.get() < 0;
  }
}
