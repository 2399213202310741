/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Looks for events a little longer before an event loop goes to sleep. To wake a sleeping virtual
 * processor takes longer than a command does, so at depth 1 an initiator would wait for little
 * else.
 *
 * <p>It spins only while it pays: the usual gap between events is learned, a loop whose gaps are
 * longer than {@link #LONGEST_NANOS} sleeps at once, and one that spins gives up after twice the
 * usual. So a loop without work costs nothing, and whoever else wants the processor gets it at
 * every turn. One for each event loop, used by its thread alone.
 */
final class BoundedSpin implements SelectStrategy {

  static final long LONGEST_NANOS = 100_000;

  /** A gap counts for no more than this, so that a burst after a long rest is soon noticed. */
  private static final long GAP_MAX_NANOS = 4 * LONGEST_NANOS;

  private static final int SMOOTHING = 8;

  private final LongSupplier nanoTime;
  private boolean idle;

  /** Whether it slept; what ended that has been handled when the loop asks again. */
  private boolean asleep;

  private long idleSince;
  private long usualGapNanos = GAP_MAX_NANOS;

  BoundedSpin(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public int calculateStrategy(IntSupplier selectNow, boolean hasTasks) throws Exception {
    int ready = selectNow.get();
    boolean isBusy = ready > 0 || hasTasks;
    if (idle && (isBusy || asleep)) {
      idle = false;
      asleep = false;
      learn(nanoTime.getAsLong() - idleSince);
    }
    if (isBusy) {
      return ready;
    }
    long now = nanoTime.getAsLong();
    if (!idle) {
      idle = true;
      idleSince = now;
    }
    if (now - idleSince < spinNanos()) {
      Thread.yield();
      return CONTINUE;
    }
    asleep = true;
    return SELECT;
  }

  private long spinNanos() {
    return usualGapNanos > LONGEST_NANOS ? 0 : Math.min(LONGEST_NANOS, 2 * usualGapNanos);
  }

  private void learn(long gapNanos) {
    usualGapNanos += (Math.min(gapNanos, GAP_MAX_NANOS) - usualGapNanos) / SMOOTHING;
  }
}
