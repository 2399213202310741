/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.OptionalLong;

/**
 * Waits for what is under way at an array: looks when the array tells that something happened, and
 * at growing intervals in any case. An array that does not answer for a while, such as one that
 * starts anew, is waited for. Thread-safe.
 */
final class ProgressWait {

  private final ArrayTimeouts timeouts;
  private final Nudge nudge;
  private volatile boolean left;

  ProgressWait(ArrayTimeouts timeouts, Nudge nudge) {
    this.timeouts = timeouts;
    this.nudge = nudge;
  }

  /** Ends all waiting, now and from now on; what is waited for goes on at the array. */
  void leave() {
    left = true;
    nudge.all();
  }

  /** Whether a wait ended because nobody waits any more. */
  boolean isLeft(JobWatch watch) {
    return left || watch.isLeft();
  }

  /** What is looked at. */
  interface Look {
    /**
     * Looks once.
     *
     * @param cancelled whether it was asked to end early
     * @return how much is done, of a hundred; empty if it has ended well
     */
    OptionalLong percent(boolean cancelled) throws CimFault;
  }

  /** Asks for an early end. */
  interface Cancel {
    void request() throws CimFault;
  }

  /**
   * Returns when a look says that it has ended.
   *
   * @param what is waited for, for people
   * @throws CimFault if a look does; JOB_LOST if there is no progress, or nobody waits any more
   */
  void until(String what, JobWatch watch, Look look, Cancel cancel) throws CimFault {
    PollPause pause = new PollPause(timeouts.poll());
    long now = System.nanoTime();
    long answered = now;
    long moved = now;
    long before = -1;
    boolean asked = false;
    while (true) {
      long seen = nudge.seen();
      try {
        OptionalLong percent = look.percent(asked);
        now = System.nanoTime();
        answered = now;
        if (percent.isEmpty()) {
          return;
        }
        if (percent.getAsLong() != before) {
          before = percent.getAsLong();
          moved = now;
          watch.progress((int) Math.min(100, before));
        }
      } catch (CimFault e) {
        now = System.nanoTime();
        if (!isPassing(e) || now - answered > timeouts.call().toNanos()) {
          throw e;
        }
      }
      if (isLeft(watch)) {
        throw lost("it was left while " + what + " runs");
      }
      if (watch.isCancelled() && !asked) {
        cancel.request();
        asked = true;
      }
      if (now - moved > timeouts.job().toNanos()) {
        throw lost(what + " has shown no progress for " + timeouts.job().toSeconds() + " s");
      }
      pause(what, seen, pause);
    }
  }

  private static boolean isPassing(CimFault fault) {
    return fault.kind() == CimFault.Kind.NO_ANSWER || fault.kind() == CimFault.Kind.UNREACHABLE;
  }

  private void pause(String what, long seen, PollPause pause) throws CimFault {
    try {
      nudge.await(seen, pause.next());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CimFault(CimFault.Kind.JOB_LOST, 0, "interrupted while " + what + " runs", e);
    }
  }

  private static CimFault lost(String message) {
    return new CimFault(CimFault.Kind.JOB_LOST, 0, message);
  }
}
