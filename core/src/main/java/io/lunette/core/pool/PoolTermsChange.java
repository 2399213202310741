/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.forecast.ForecastTerms;
import io.lunette.core.volume.CloneKind;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What to change of a pool's terms. What is empty stays; an empty value within takes a term away.
 *
 * @param epsilon the aim of the forecast; 0 takes the forecast away
 * @param min the forecast's least; said alone, it changes a forecast that there is
 * @param max its most, likewise
 */
public record PoolTermsChange(
    Optional<CloneKind> kind,
    Optional<OptionalLong> spaceMaxBytes,
    OptionalDouble epsilon,
    OptionalInt min,
    OptionalInt max,
    Optional<OptionalLong> scrubDirtyBytes,
    Optional<Optional<ScrubHours>> scrubHours,
    Optional<Boolean> reformat) {

  /** Changes nothing. */
  public static final PoolTermsChange NONE =
      new PoolTermsChange(
          Optional.empty(),
          Optional.empty(),
          OptionalDouble.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  private static final int MIN = 1;
  private static final int MAX = 64;

  /** Only the forecast. */
  public static PoolTermsChange forecast(double epsilon, int min, int max) {
    return new PoolTermsChange(
        Optional.empty(),
        Optional.empty(),
        OptionalDouble.of(epsilon),
        OptionalInt.of(min),
        OptionalInt.of(max),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * The terms after the change.
   *
   * @throws IllegalArgumentException if they can never be right
   */
  PoolTerms of(PoolTerms before) {
    return new PoolTerms(
        kind.orElse(before.kind()),
        spaceMaxBytes.orElse(before.spaceMaxBytes()),
        forecastOf(before.forecast()),
        scrubDirtyBytes.orElse(before.scrubDirtyBytes()),
        scrubHours.orElse(before.scrubHours()),
        reformat.orElse(before.reformat()));
  }

  private Optional<ForecastTerms> forecastOf(Optional<ForecastTerms> before) {
    if (epsilon.isPresent() && epsilon.getAsDouble() == 0) {
      return Optional.empty();
    }
    if (epsilon.isEmpty() && before.isEmpty()) {
      if (min.isPresent() || max.isPresent()) {
        throw new IllegalArgumentException("bounds are those of a forecast: say its aim too");
      }
      return Optional.empty();
    }
    int least = min.orElse(before.map(ForecastTerms::min).orElse(MIN));
    int most = max.orElse(before.map(ForecastTerms::max).orElse(Math.max(MAX, least)));
    return Optional.of(
        new ForecastTerms(
            epsilon.orElse(before.map(ForecastTerms::epsilon).orElse(0.0)), least, most));
  }
}
