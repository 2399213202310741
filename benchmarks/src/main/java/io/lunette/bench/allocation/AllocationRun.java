/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.allocation;

import io.lunette.bench.report.Latencies;
import java.util.Locale;
import java.util.Map;

/**
 * What one kind of call took.
 *
 * @param call which
 * @param latencies of each
 */
record AllocationRun(String call, Latencies latencies) {

  String[] cells() {
    return new String[] {
      call, Integer.toString(latencies.count()), micros(0.5), micros(0.99), micros(1),
    };
  }

  private String micros(double quantile) {
    return String.format(Locale.ROOT, "%.0f", latencies.micros(quantile));
  }

  Map<String, Object> json() {
    return Map.of(
        "call", call,
        "count", latencies.count(),
        "medianMicros", latencies.micros(0.5),
        "p99Micros", latencies.micros(0.99),
        "maxMicros", latencies.micros(1));
  }
}
