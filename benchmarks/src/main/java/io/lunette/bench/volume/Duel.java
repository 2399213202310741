/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import java.util.ArrayList;
import java.util.List;

/**
 * The same work done by two, in turn, round after round.
 *
 * @param work what is done
 * @param against what a volume is held against
 * @param operations in a round
 * @param bytes of an operation
 * @param volumeNanos of each round
 * @param otherNanos of each round
 */
record Duel(
    String work,
    String against,
    int operations,
    int bytes,
    List<Long> volumeNanos,
    List<Long> otherNanos) {

  static Duel of(String work, String against, int operations, int bytes) {
    return new Duel(work, against, operations, bytes, new ArrayList<>(), new ArrayList<>());
  }

  void round(long volume, long other) {
    volumeNanos.add(volume);
    otherNanos.add(other);
  }

  double volumePerSecond() {
    return operations * 1e9 / median(volumeNanos);
  }

  double otherPerSecond() {
    return operations * 1e9 / median(otherNanos);
  }

  /** Median of the rounds' ratios: how many times as fast the volume is. */
  double ratio() {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < volumeNanos.size(); i++) {
      ratios.add((double) otherNanos.get(i) / volumeNanos.get(i));
    }
    return median(ratios);
  }

  private static <T extends Comparable<T>> T median(List<T> values) {
    return values.stream().sorted().toList().get((values.size() - 1) / 2);
  }
}
