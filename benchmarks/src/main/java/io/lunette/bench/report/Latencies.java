/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import java.util.Arrays;

/** Times of single operations, in the order in which they were made. */
public final class Latencies {

  private final long[] nanos;

  /** Takes the times over. */
  public Latencies(long[] nanos) {
    if (nanos.length == 0) {
      throw new IllegalArgumentException("no times");
    }
    this.nanos = nanos;
  }

  /** How many. */
  public int count() {
    return nanos.length;
  }

  /** The time that this share of all operations did not exceed, in microseconds. */
  public double micros(double quantile) {
    return micros(nanos, quantile);
  }

  /** The median of the first {@code n}, in microseconds. */
  public double medianOfFirst(int n) {
    return micros(Arrays.copyOf(nanos, Math.min(n, nanos.length)), 0.5);
  }

  /** The median of the last {@code n}, in microseconds. */
  public double medianOfLast(int n) {
    return micros(Arrays.copyOfRange(nanos, Math.max(0, nanos.length - n), nanos.length), 0.5);
  }

  /** The median of the operations from one to before another, counted from 0, in microseconds. */
  public double medianOf(int from, int to) {
    return micros(Arrays.copyOfRange(nanos, from, to), 0.5);
  }

  private static double micros(long[] times, double quantile) {
    long[] sorted = times.clone();
    Arrays.sort(sorted);
    int at = (int) Math.ceil(quantile * sorted.length) - 1;
    return sorted[Math.max(0, Math.min(sorted.length - 1, at))] / 1e3;
  }
}
