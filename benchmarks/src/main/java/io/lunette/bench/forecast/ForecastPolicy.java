/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.forecast;

import io.lunette.core.forecast.DemandForecast;
import io.lunette.core.forecast.ForecastSettings;
import io.lunette.core.forecast.ForecastTerms;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The appliance's forecast. */
final class ForecastPolicy implements SizePolicy {

  private final DemandForecast forecast;

  ForecastPolicy(ForecastTerms terms, int builders, long leadMicros) {
    this.forecast =
        new DemandForecast(
            terms, new ForecastSettings(builders, Duration.of(leadMicros, ChronoUnit.MICROS)));
  }

  @Override
  public String label() {
    return "forecast";
  }

  @Override
  public void arrived(long micros, boolean missed) {
    forecast.arrived(instant(micros), missed);
  }

  @Override
  public void made(long leadMicros) {
    forecast.made(Duration.of(leadMicros, ChronoUnit.MICROS));
  }

  @Override
  public int target(long micros) {
    return forecast.at(instant(micros)).target();
  }

  @Override
  public int surplus(long micros, int ready) {
    return forecast.at(instant(micros)).surplus(ready);
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
