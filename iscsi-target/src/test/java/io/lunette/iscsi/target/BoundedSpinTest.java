/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.SelectStrategy;
import org.junit.jupiter.api.Test;

class BoundedSpinTest {

  private static final long STEP_NANOS = 1_000;

  private long now;
  private int ready;
  private final BoundedSpin spin = new BoundedSpin(() -> now);

  private int look(boolean hasTasks) throws Exception {
    return spin.calculateStrategy(() -> ready, hasTasks);
  }

  /**
   * Events that come so long after one another, as an event loop meets them: it looks every
   * microsecond while it spins, and one that ends its sleep it handles before it looks again.
   */
  private void eventsEvery(long gapNanos, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      long due = now + gapNanos;
      int strategy = look(false);
      while (strategy == SelectStrategy.CONTINUE) {
        now += STEP_NANOS;
        ready = now >= due ? 1 : 0;
        strategy = look(false);
      }
      now = due;
      ready = 0;
    }
  }

  private long spunNanos() throws Exception {
    long begin = now;
    while (look(false) == SelectStrategy.CONTINUE) {
      now += STEP_NANOS;
    }
    return now - begin;
  }

  @Test
  void aLoopWithoutWorkSleepsAtOnce() throws Exception {
    assertThat(look(false)).isEqualTo(SelectStrategy.SELECT);
    now += 1_000_000_000;
    assertThat(look(false)).isEqualTo(SelectStrategy.SELECT);
  }

  @Test
  void aLoopWhoseEventsComeSoonWaitsForTwiceTheUsualGap() throws Exception {
    eventsEvery(20_000, 100);

    assertThat(spunNanos()).isBetween(38_000L, 44_000L);
  }

  @Test
  void aLoopWhoseEventsComeLateDoesNotSpin() throws Exception {
    eventsEvery(20_000, 100);
    eventsEvery(2_000_000, 20);

    assertThat(spunNanos()).isZero();
  }

  @Test
  void aLoopNeverSpinsLongerThanTheBound() throws Exception {
    eventsEvery(90_000, 200);

    assertThat(spunNanos()).isLessThanOrEqualTo(BoundedSpin.LONGEST_NANOS);
  }

  @Test
  void aBurstAfterARestIsSoonNoticed() throws Exception {
    eventsEvery(10_000_000, 100);
    eventsEvery(20_000, 40);

    assertThat(spunNanos()).isPositive();
  }

  @Test
  void tasksAreNeverKeptWaiting() throws Exception {
    eventsEvery(20_000, 100);

    assertThat(look(true)).isZero();
  }
}
