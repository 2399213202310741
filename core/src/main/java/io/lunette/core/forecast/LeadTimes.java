/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

import java.util.Arrays;

/**
 * How long making a replica took lately. What is reckoned with is what nine of ten did not exceed:
 * a mean would call half of them late. Used by one thread.
 */
final class LeadTimes {

  private static final int KEPT = 64;
  private static final double SHARE = 0.9;

  private final long[] last = new long[KEPT];
  private final long firstMicros;
  private final long leastMicros;
  private int count;

  LeadTimes(long firstMicros, long leastMicros) {
    this.firstMicros = firstMicros;
    this.leastMicros = leastMicros;
  }

  void add(long micros) {
    last[count % KEPT] = micros;
    count = count == 2 * KEPT - 1 ? KEPT : count + 1;
  }

  /** The time to reckon with. */
  long micros() {
    if (count == 0) {
      return Math.max(leastMicros, firstMicros);
    }
    long[] sorted = Arrays.copyOf(last, Math.min(count, KEPT));
    Arrays.sort(sorted);
    return Math.max(leastMicros, sorted[(int) Math.ceil(SHARE * sorted.length) - 1]);
  }
}
