/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How long a unit had nothing to execute. A command costs one compare-and-set on the way in and one
 * on the way out, and looks at the clock only if it is the first one inside or the last.
 * Thread-safe.
 */
final class IdleTime {

  private static final int COUNT_BITS = 20;
  private static final long COUNT = (1L << COUNT_BITS) - 1;

  /** A tick is 8.192 us, so that four years of them fit above the count. */
  private static final int TICK_BITS = 13;

  private final LongSupplier nanoTime;

  /**
   * Below, the commands inside. Above, modulo its size, the ticks at which somebody came to an idle
   * unit less those at which one became idle: while anyone is inside that is the idle time, and
   * whoever is late with a change of his own cannot spoil it.
   */
  private final AtomicLong state = new AtomicLong();

  IdleTime(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    reset();
  }

  private long now() {
    return nanoTime.getAsLong() >> TICK_BITS << COUNT_BITS;
  }

  void entered() {
    long seen;
    long next;
    do {
      seen = state.get();
      next = seen + 1 + ((seen & COUNT) == 0 ? now() : 0);
    } while (!state.compareAndSet(seen, next));
  }

  void left() {
    long seen;
    long next;
    do {
      seen = state.get();
      next = seen - 1 - ((seen & COUNT) == 1 ? now() : 0);
    } while (!state.compareAndSet(seen, next));
  }

  long nanos() {
    long seen = state.get();
    long ticks = (seen & COUNT) == 0 ? seen + now() : seen;
    return ticks >>> COUNT_BITS << TICK_BITS;
  }

  void reset() {
    state.updateAndGet(seen -> (seen & COUNT) == 0 ? -now() : seen & COUNT);
  }
}
