/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps plain writes and atomic ones (COMPARE AND WRITE and its like) of one logical unit apart:
 * any number of the first or one of the second.
 *
 * <p>A plain write costs one compare-and-set on the way in and one on the way out. An atomic one
 * closes the gate to newcomers, waits for those inside, and runs alone; who comes meanwhile queues
 * in order. Waiters are run, not blocked: on the thread of whoever leaves.
 */
final class AtomicityGate {

  private static final int CLOSED = Integer.MIN_VALUE;

  private record Waiter(boolean alone, Runnable start) {}

  /** CLOSED while an atomic write runs or anyone waits; the rest counts plain writes inside. */
  private final AtomicInteger state = new AtomicInteger();

  @GuardedBy("this")
  private final Deque<Waiter> waiters = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean occupiedAlone;

  @GuardedBy("this")
  private boolean admitting;

  /** Enters as a plain write if nobody stands in the way. */
  @CheckReturnValue
  boolean tryEnter() {
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

  /** Whether anyone waits, or an atomic write runs. */
  boolean isContested() {
    return state.get() < 0;
  }

  /** Runs {@code start} as soon as it may be inside, perhaps before this returns. */
  void enter(boolean alone, Runnable start) {
    synchronized (this) {
      state.getAndUpdate(seen -> seen | CLOSED);
      waiters.add(new Waiter(alone, start));
    }
    admit();
  }

  /** A plain write leaves. */
  void leave() {
    if (state.decrementAndGet() == CLOSED) {
      admit();
    }
  }

  /** The atomic write leaves. */
  void leaveAlone() {
    synchronized (this) {
      occupiedAlone = false;
    }
    admit();
  }

  /**
   * Starts whoever may be inside. A call that finds another at it leaves it to that one, which
   * looks again before it stops: so those who leave inline do not nest. Whoever throws at its start
   * must not keep those who wait behind.
   */
  private void admit() {
    synchronized (this) {
      if (admitting) {
        return;
      }
      admitting = true;
    }
    while (true) {
      Runnable start;
      synchronized (this) {
        start = nextStart();
        if (start == null) {
          admitting = false;
          return;
        }
      }
      boolean started = false;
      try {
        start.run();
        started = true;
      } finally {
        if (!started) {
          synchronized (this) {
            admitting = false;
          }
          admit();
        }
      }
    }
  }

  /** Takes in the first of the queue; null if it has to wait or there is none. */
  @GuardedBy("this")
  private Runnable nextStart() {
    Waiter next = waiters.peek();
    if (occupiedAlone) {
      return null;
    }
    if (next == null) {
      state.getAndUpdate(seen -> seen & ~CLOSED);
      return null;
    }
    if (next.alone()) {
      if (state.get() != CLOSED) {
        return null;
      }
      occupiedAlone = true;
    } else {
      state.incrementAndGet();
    }
    waiters.remove();
    return next.start();
  }
}
