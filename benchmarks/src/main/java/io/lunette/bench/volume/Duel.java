/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import io.lunette.bench.report.Spread;
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

  /** The rounds' ratios: how many times as fast the volume is. */
  Spread ratio() {
    return Spread.ofRatios(figures(otherNanos), figures(volumeNanos));
  }

  private static double median(List<Long> nanos) {
    return Spread.of(figures(nanos)).median();
  }

  private static List<Double> figures(List<Long> nanos) {
    return nanos.stream().map(Long::doubleValue).toList();
  }
}
