/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.forecast.ForecastTerms;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class PoolSimulationTest {

  private static final double EPSILON = 0.01;
  private static final long SECOND = 1_000_000;
  private static final long DAY = 86_400 * SECOND;

  private static Demand demand(SyntheticDemand kind, long seed) {
    return kind.make(10, Duration.ofDays(30), seed);
  }

  private static SimulatedPool forecast(PoolSimulation simulation, long lead, int builders) {
    return simulation.run(new ForecastPolicy(new ForecastTerms(EPSILON, 1, 500), builders, lead));
  }

  @ParameterizedTest
  @CsvSource({"MMPP, 1", "MMPP, 2", "MMPP, 3", "FLASH, 1", "FLASH, 2", "FLASH, 3"})
  void forecastKeepsTheAimOnBurstsWherePoissonMissesIt(SyntheticDemand kind, long seed) {
    long lead = 30 * SECOND;
    PoolSimulation simulation = new PoolSimulation(demand(kind, seed), lead, 4, DAY, EPSILON);

    SimulatedPool learnt = forecast(simulation, lead, 4);
    SimulatedPool poisson = simulation.run(new PoissonPolicy(EPSILON, 1, 500, lead));

    assertThat(learnt.missShare()).isLessThanOrEqualTo(EPSILON);
    assertThat(poisson.missShare()).isGreaterThan(10 * EPSILON);
  }

  @ParameterizedTest
  @EnumSource(names = {"POISSON", "DIURNAL"})
  void smoothDemandCostsLittleMoreThanTheBestFixedSize(SyntheticDemand kind) {
    long lead = 120 * SECOND;
    PoolSimulation simulation = new PoolSimulation(demand(kind, 1), lead, 4, DAY, EPSILON);
    SimulatedPool learnt = forecast(simulation, lead, 4);

    int best = 1;
    while (!simulation.run(SizePolicy.fixed(best)).aim()) {
      best++;
    }

    assertThat(learnt.aim()).isTrue();
    assertThat(learnt.idleMean())
        .isLessThan(1.5 * simulation.run(SizePolicy.fixed(best)).idleMean());
  }

  @Test
  void fixedSizeMissesWhatItMustAndNothingElse() {
    Demand demand = new Demand("by hand", new long[] {0, 1, 2, 12 * SECOND, 30 * SECOND});

    SimulatedPool two =
        new PoolSimulation(demand, 10 * SECOND, 1, 0, EPSILON).run(SizePolicy.fixed(2));

    assertThat(two.requests()).isEqualTo(5);
    assertThat(two.missed()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void sameSeedMakesTheSameDemandOfTheRateThatWasAsked(SyntheticDemand kind) {
    Demand demand = demand(kind, 5);

    assertThat(demand.micros()).isEqualTo(demand(kind, 5).micros()).isSorted();
    assertThat(demand.micros()).isNotEqualTo(demand(kind, 6).micros());
    assertThat(demand.micros().length / (30 * 24.0)).isBetween(8.0, 12.0);
  }
}
