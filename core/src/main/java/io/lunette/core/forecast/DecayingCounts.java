/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

/**
 * Mean and variance of how many arrivals fall into windows of one length, older windows counting
 * less: exponentially weighted, with the weights summing up to one from the first window on. Empty
 * windows are folded in all at once, so the cost is of arrivals, not of time. Used by one thread.
 */
final class DecayingCounts {

  private final long windowMicros;
  private final double keep;
  private long window = Long.MIN_VALUE;
  private long count;
  private double weight;
  private double sum;
  private double squares;

  DecayingCounts(long windowMicros, long halfLifeMicros) {
    this.windowMicros = windowMicros;
    this.keep = Math.pow(2, -(double) windowMicros / halfLifeMicros);
  }

  /** One more arrival, no earlier than the one before. */
  void add(long atMicros) {
    advance(atMicros);
    count++;
  }

  /** Ends the windows that lie before that time. */
  void advance(long nowMicros) {
    long now = Math.floorDiv(nowMicros, windowMicros);
    if (window == Long.MIN_VALUE) {
      window = now;
    }
    if (now <= window) {
      return;
    }
    weight = weight * keep + 1 - keep;
    sum = sum * keep + (1 - keep) * count;
    squares = squares * keep + (1 - keep) * count * count;
    double gap = Math.pow(keep, now - window - 1);
    weight = weight * gap + 1 - gap;
    sum *= gap;
    squares *= gap;
    count = 0;
    window = now;
  }

  double mean() {
    return weight == 0 ? 0 : sum / weight;
  }

  double variance() {
    double mean = mean();
    return weight == 0 ? 0 : Math.max(0, squares / weight - mean * mean);
  }
}
