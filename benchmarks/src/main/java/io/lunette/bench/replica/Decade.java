/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import io.lunette.bench.report.Latencies;
import java.util.ArrayList;
import java.util.List;

/**
 * What a replica cost when there were about as many as a power of ten.
 *
 * @param replicas the power
 * @param first replica that counts; the first of all is 1
 * @param last replica that counts
 * @param medianMicros of making one of these
 */
record Decade(int replicas, int first, int last, double medianMicros) {

  /** Replicas that count on either side, as far as there are any. */
  private static final int BESIDE = 50;

  /** All that there are of replicas made one by one. */
  static List<Decade> of(Latencies latencies) {
    List<Decade> all = new ArrayList<>();
    for (long power = 1; power <= latencies.count(); power *= 10) {
      int replicas = (int) power;
      int first = Math.max(1, replicas - BESIDE);
      int last = Math.min(latencies.count(), replicas + BESIDE);
      all.add(new Decade(replicas, first, last, latencies.medianOf(first - 1, last)));
    }
    return all;
  }

  /** Replicas a second at that median. */
  double perSecond() {
    return 1e6 / medianMicros;
  }
}
