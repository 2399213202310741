/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import io.lunette.bench.report.Latencies;

/**
 * What one way of making replicas cost.
 *
 * @param method how they were made
 * @param replicas how many
 * @param nanos from the first call to the end of the last
 * @param latencies of single calls; one entry where one call made them all
 * @param metadataBytes metadata that the pool took for them, -1 if not known
 * @param fileBytes by how much the file system's share of the files grew, -1 if not known
 * @param openNanos how long it took to open the pool with all that is in it by then, -1 if not
 *     known
 */
public record ReplicaRun(
    String method,
    int replicas,
    long nanos,
    Latencies latencies,
    long metadataBytes,
    long fileBytes,
    long openNanos) {

  static final int EDGE = 100;

  /** Replicas a second, over all. */
  public double perSecond() {
    return replicas * 1e9 / nanos;
  }

  double millis() {
    return nanos / 1e6;
  }

  /** Median of the last hundred calls over that of the first hundred. */
  double lastOverFirst() {
    return latencies.medianOfLast(EDGE) / latencies.medianOfFirst(EDGE);
  }
}
