/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

import java.time.Duration;

/**
 * What a forecast takes for granted.
 *
 * @param builders how many replicas are made at one time; a refill that clones in batches makes as
 *     many as a batch holds
 * @param firstLead how long making one is taken to last before one was measured
 */
public record ForecastSettings(int builders, Duration firstLead) {

  /** Half of what is learnt is of the last so long. */
  static final Duration HALF_LIFE = Duration.ofHours(6);

  /** What was missed counts half as much after so long. */
  static final Duration FEEDBACK_HALF_LIFE = Duration.ofDays(7);

  /**
   * A pool of which less than one replica is asked for in so long is one that nobody uses: however
   * large its bursts were, none is expected.
   */
  static final Duration UNUSED = Duration.ofDays(7);

  /** Arrivals are remembered one by one for so long. */
  static final Duration WINDOW = Duration.ofHours(24);

  /** Most arrivals that are remembered one by one; with more, the window is shorter. */
  static final int ARRIVALS_MAX = 100_000;

  /**
   * The least lead time that is reckoned with: a refill that fails is tried again after this, and
   * clones that take milliseconds would otherwise make bursts look harmless.
   */
  static final Duration LEAD_MIN = Duration.ofSeconds(1);

  public ForecastSettings {
    if (builders < 1 || firstLead.isNegative()) {
      throw new IllegalArgumentException("a forecast needs a builder and a lead time");
    }
  }
}
