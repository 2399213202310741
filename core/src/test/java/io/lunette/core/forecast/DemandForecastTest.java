/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DemandForecastTest {

  private static final Instant START = Instant.parse("2026-11-24T00:00:00Z");
  private static final ForecastTerms TERMS = new ForecastTerms(0.01, 1, 64);

  private static DemandForecast forecast(ForecastTerms terms) {
    return new DemandForecast(terms, new ForecastSettings(512, Duration.ofSeconds(30)));
  }

  @Test
  void withoutHistoryTheLeastIsKept() {
    assertThat(forecast(TERMS).at(START).target()).isEqualTo(1);
    assertThat(forecast(new ForecastTerms(0.01, 5, 64)).at(START).target()).isEqualTo(5);
  }

  @Test
  void burstsAreKeptReadyForWhenTheMeanIsSmall() {
    DemandForecast forecast = forecast(TERMS);
    Instant now = START;
    for (int hour = 0; hour < 48; hour++) {
      for (int i = 0; i < 8; i++) {
        forecast.arrived(now.plusSeconds(i), false);
      }
      now = now.plus(Duration.ofHours(1));
    }

    Forecast planned = forecast.at(now);

    assertThat(planned.perHour()).isCloseTo(8, within(0.5));
    assertThat(planned.dispersion()).isGreaterThan(5);
    assertThat(planned.seen()).isEqualTo(8);
    assertThat(planned.target()).isGreaterThanOrEqualTo(8);
  }

  @Test
  void demandThatEndsIsForgotten() {
    DemandForecast forecast = forecast(TERMS);
    for (int i = 0; i < 20; i++) {
      forecast.arrived(START.plusSeconds(i), false);
    }
    int busy = forecast.at(START.plusSeconds(60)).target();

    Forecast later = forecast.at(START.plus(Duration.ofDays(4)));

    assertThat(busy).isGreaterThanOrEqualTo(20);
    assertThat(later.seen()).isZero();
    assertThat(later.target()).isLessThan(busy);
  }

  @Test
  void missesAddReplicasAndHitsTakeThemAwayAgain() {
    DemandForecast forecast = forecast(TERMS);
    for (int i = 0; i < 3; i++) {
      forecast.arrived(START.plus(Duration.ofHours(i)), true);
    }
    assertThat(forecast.at(START.plus(Duration.ofHours(4))).extra()).isEqualTo(3);

    for (int i = 0; i < 300; i++) {
      forecast.arrived(START.plus(Duration.ofHours(4 + i)), false);
    }

    assertThat(forecast.at(START.plus(Duration.ofHours(304))).extra()).isZero();
  }

  @Test
  void boundsHoldWhateverTheDemand() {
    ForecastTerms terms = new ForecastTerms(0.01, 2, 6);
    DemandForecast forecast = forecast(terms);
    for (int i = 0; i < 500; i++) {
      forecast.arrived(START.plusMillis(i), true);
    }

    assertThat(forecast.at(START.plusSeconds(1)).target()).isEqualTo(6);
    assertThat(forecast.at(START.plus(Duration.ofDays(30))).target()).isBetween(2, 6);
  }

  @Test
  void longerLeadTimesNeedMoreReplicas() {
    DemandForecast forecast = forecast(TERMS);
    for (int i = 0; i < 200; i++) {
      forecast.arrived(START.plusSeconds(60L * i), false);
    }
    Instant now = START.plus(Duration.ofHours(4));
    int before = forecast.at(now).target();

    for (int i = 0; i < 64; i++) {
      forecast.made(Duration.ofMinutes(10));
    }

    Forecast after = forecast.at(now);
    assertThat(after.lead()).isEqualTo(Duration.ofMinutes(10));
    assertThat(after.seen()).isEqualTo(10);
    assertThat(after.target()).isGreaterThan(before);
  }

  @Test
  void sameHistoryGivesTheSameAnswerHoweverOftenItIsAsked() {
    SplittableRandom random = new SplittableRandom(7);
    DemandForecast asked = forecast(TERMS);
    DemandForecast silent = forecast(TERMS);
    Instant now = START;
    for (int i = 0; i < 2000; i++) {
      now = now.plusMillis(random.nextInt(120_000));
      boolean missed = random.nextInt(50) == 0;
      asked.arrived(now, missed);
      silent.arrived(now, missed);
      assertThat(asked.at(now).target()).isPositive();
    }

    assertThat(asked.at(now)).isEqualTo(silent.at(now));
  }

  @Test
  void theLineAndTheExplanationCarryTheNumbersThatWereUsed() {
    DemandForecast forecast = forecast(TERMS);
    forecast.arrived(START, true);

    Forecast planned = forecast.at(START.plusSeconds(1));

    assertThat(planned.line())
        .startsWith("keeps " + planned.target() + ":")
        .contains("bounds 1-64", "missed 1 of 1", "aim 1 %")
        .doesNotContain("\n");
    assertThat(planned.explain()).last().asString().endsWith("= " + planned.target());
  }

  @Test
  void termsThatCannotBeKeptAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new ForecastTerms(0, 1, 2));
    assertThatIllegalArgumentException().isThrownBy(() -> new ForecastTerms(0.01, 3, 2));
  }
}
