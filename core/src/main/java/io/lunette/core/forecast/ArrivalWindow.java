/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * The arrivals of the last hours, one by one, each with how many replacements would have been under
 * way when it came, had every arrival since the beginning started one: the stock that it would have
 * found used up. A stock of <i>S</i> is missed by just those arrivals that found <i>S</i> or more
 * under way, so a count of each number answers for every stock at once, with no distribution
 * assumed, weighted by arrivals as misses are, and with as many builders as there are.
 *
 * <p>Replacements start in the order of their arrivals and take one lead time each. An arrival
 * costs constant time; another lead time costs a pass over all. Used by one thread.
 */
final class ArrivalWindow {

  private static final int FIRST_CAPACITY = 256;

  private final long windowMicros;
  private final int builders;
  private final int arrivalsMax;
  private long leadMicros;
  private long[] times = new long[FIRST_CAPACITY];
  private long[] ends = new long[FIRST_CAPACITY];
  private int[] underWay = new int[FIRST_CAPACITY];
  private boolean[] missed = new boolean[FIRST_CAPACITY];
  private int[] histogram = new int[16];
  private int most;
  private int misses;
  private long first;
  private long next;
  private long oldestUnderWay;

  ArrivalWindow(long windowMicros, int builders, int arrivalsMax, long leadMicros) {
    this.windowMicros = windowMicros;
    this.builders = builders;
    this.arrivalsMax = arrivalsMax;
    this.leadMicros = leadMicros;
  }

  /** One more arrival, no earlier than the one before. */
  void add(long atMicros, boolean isMiss) {
    drop(atMicros);
    if (next - first == arrivalsMax) {
      forgetOldest();
    }
    if (next - first == times.length) {
      grow();
    }
    int at = index(next);
    times[at] = atMicros;
    missed[at] = isMiss;
    misses += isMiss ? 1 : 0;
    place(at);
    next++;
  }

  /** Forgets arrivals that are older than the window. */
  void drop(long nowMicros) {
    while (first < next && times[index(first)] < nowMicros - windowMicros) {
      forgetOldest();
    }
  }

  /** Reckons from now on, and in retrospect, with another lead time. */
  void setLead(long micros) {
    leadMicros = micros;
    Arrays.fill(histogram, 0);
    most = 0;
    long end = next;
    oldestUnderWay = first;
    for (next = first; next < end; next++) {
      place(index(next));
    }
  }

  private void place(int at) {
    long start = times[at];
    if (next - first >= builders) {
      start = Math.max(start, ends[index(next - builders)]);
    }
    ends[at] = start + leadMicros;
    while (oldestUnderWay < next && ends[index(oldestUnderWay)] <= times[at]) {
      oldestUnderWay++;
    }
    int found = Math.toIntExact(next - oldestUnderWay);
    underWay[at] = found;
    if (found >= histogram.length) {
      histogram = Arrays.copyOf(histogram, Math.max(found + 1, 2 * histogram.length));
    }
    histogram[found]++;
    most = Math.max(most, found);
  }

  private void forgetOldest() {
    int at = index(first);
    histogram[underWay[at]]--;
    misses -= missed[at] ? 1 : 0;
    while (most > 0 && histogram[most] == 0) {
      most--;
    }
    first++;
    oldestUnderWay = Math.max(oldestUnderWay, first);
  }

  /** The smallest stock that no more than a share of the arrivals would have found used up. */
  int stock(double epsilon) {
    int count = count();
    if (count == 0) {
      return 0;
    }
    double allowed = epsilon * count;
    long tail = 0;
    int stock = most + 1;
    while (stock > 0 && tail + histogram[stock - 1] <= allowed) {
      stock--;
      tail += histogram[stock];
    }
    return stock;
  }

  /** The most that any arrival in the window would have found under way. */
  int mostUnderWay() {
    return most;
  }

  /** Hands over the times of all arrivals in the window, in order. */
  void forEachTime(LongConsumer consumer) {
    for (long sequence = first; sequence < next; sequence++) {
      consumer.accept(times[index(sequence)]);
    }
  }

  /** How many arrivals there are in the window. */
  int count() {
    return Math.toIntExact(next - first);
  }

  /** How many of them found the pool empty. */
  int misses() {
    return misses;
  }

  private int index(long sequence) {
    return (int) Math.floorMod(sequence, (long) times.length);
  }

  private void grow() {
    int capacity = 2 * times.length;
    long[] newTimes = new long[capacity];
    long[] newEnds = new long[capacity];
    int[] newUnderWay = new int[capacity];
    boolean[] newMissed = new boolean[capacity];
    for (long sequence = first; sequence < next; sequence++) {
      int from = index(sequence);
      int to = (int) Math.floorMod(sequence, (long) capacity);
      newTimes[to] = times[from];
      newEnds[to] = ends[from];
      newUnderWay[to] = underWay[from];
      newMissed[to] = missed[from];
    }
    times = newTimes;
    ends = newEnds;
    underWay = newUnderWay;
    missed = newMissed;
  }
}
