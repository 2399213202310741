/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The window against a plain pool that is simulated with each stock in turn. */
final class ArrivalWindowPropertyTest {

  private static final long FOREVER = Long.MAX_VALUE / 4;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void stockIsTheLeastWithWhichASimulatedPoolKeepsTheAim(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int builders = 1 + random.nextInt(6);
    long lead = 1L + random.nextInt(50);
    double epsilon = random.nextDouble(0.01, 0.3);
    ArrivalWindow window = new ArrivalWindow(FOREVER, builders, 1000, lead);
    List<Long> arrivals = new ArrayList<>();
    long now = 0;
    for (int i = 0; i < 300; i++) {
      now += random.nextInt(4) == 0 ? random.nextInt(100) : random.nextInt(5);
      arrivals.add(now);
      window.add(now, false);
    }

    int stock = window.stock(epsilon);

    assertThat(missShare(arrivals, stock, builders, lead)).isLessThanOrEqualTo(epsilon);
    if (stock > 0) {
      assertThat(missShare(arrivals, stock - 1, builders, lead)).isGreaterThan(epsilon);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25, 26})
  void stepByStepIsTheSameAsAllOverAgain(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long width = 500;
    ArrivalWindow window = new ArrivalWindow(width, 3, 64, 10);
    List<Long> arrivals = new ArrayList<>();
    long now = 0;
    for (int i = 0; i < 1000; i++) {
      now += random.nextInt(20);
      window.add(now, false);
      arrivals.add(now);
    }
    window.setLead(25);
    List<Long> kept = new ArrayList<>();
    window.forEachTime(kept::add);
    long oldest = now - width;
    ArrivalWindow again = new ArrivalWindow(width, 3, 64, 25);
    kept.forEach(time -> again.add(time, false));

    assertThat(kept)
        .isEqualTo(
            arrivals.stream().filter(time -> time >= oldest).toList().stream()
                .skip(Math.max(0, arrivals.stream().filter(time -> time >= oldest).count() - 64))
                .toList());
    for (double epsilon : new double[] {0.001, 0.01, 0.1, 0.5}) {
      assertThat(window.stock(epsilon)).isEqualTo(again.stock(epsilon));
    }
  }

  /** Requests that find none wait for the next; each starts a replacement. */
  private static double missShare(List<Long> arrivals, int stock, int builders, long lead) {
    PriorityQueue<Long> free = new PriorityQueue<>();
    for (int i = 0; i < builders; i++) {
      free.add(0L);
    }
    PriorityQueue<Long> made = new PriorityQueue<>();
    int ready = stock;
    int missed = 0;
    for (long now : arrivals) {
      while (!made.isEmpty() && made.peek() <= now) {
        made.remove();
        ready++;
      }
      if (ready <= 0) {
        missed++;
      }
      ready--;
      long end = Math.max(now, free.remove()) + lead;
      free.add(end);
      made.add(end);
    }
    return (double) missed / arrivals.size();
  }
}
