/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.tenant;

import io.lunette.bench.report.Spread;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * One work of the tenant beside one neighbour.
 *
 * @param work what the tenant did
 * @param beside what the neighbour is called
 * @param rounds the nanoseconds of the operations, round by round
 * @param rates the mebibytes a second that the neighbour zeroed at least, round by round
 */
record TenantRow(Work work, String beside, List<Histogram> rounds, List<Double> rates) {

  private static final double PERCENT = 100;

  TenantRow(Work work, String beside) {
    this(work, beside, new ArrayList<>(), new ArrayList<>());
  }

  long operations() {
    return rounds.stream().mapToLong(Histogram::getTotalCount).sum();
  }

  /** The time that this share of a round's operations did not exceed, in microseconds. */
  List<Double> micros(double quantile) {
    return rounds.stream()
        .map(nanos -> nanos.getValueAtPercentile(quantile * PERCENT) / 1e3)
        .toList();
  }

  /** How many times as long as in the same round alone. */
  Spread ratio(TenantRow alone, double quantile) {
    return Spread.ofRatios(micros(quantile), alone.micros(quantile));
  }
}
