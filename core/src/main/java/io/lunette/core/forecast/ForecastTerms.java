/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

/**
 * What is asked of a forecast.
 *
 * @param epsilon the share of requests that may find the pool empty, more than 0 and less than 1
 * @param min the fewest replicas to keep ready, whatever the demand
 * @param max the most
 */
public record ForecastTerms(double epsilon, int min, int max) {

  public ForecastTerms {
    if (!(epsilon >= 1e-6 && epsilon <= 0.5)) {
      throw new IllegalArgumentException(
          "the share of misses is " + epsilon + ": use 0.000001 to 0.5, for instance 0.01");
    }
    if (min < 0 || max < 1 || min > max) {
      throw new IllegalArgumentException(
          "bounds of a forecast are " + min + " and " + max + ": use 0 or more, the first smaller");
    }
  }
}
