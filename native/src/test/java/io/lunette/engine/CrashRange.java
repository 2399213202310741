/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.util.List;
import java.util.stream.LongStream;

/**
 * How far the tests of crashes go: {@code -Dlunette.crash.points=N} says how many crashes, {@code
 * -Dlunette.crash.seed=N} which life is the first. What is counted in lives grows with the points.
 */
final class CrashRange {

  static final long USUAL_POINTS = 20_000;

  private CrashRange() {}

  static long points() {
    return Long.getLong("lunette.crash.points", USUAL_POINTS);
  }

  static long firstSeed() {
    return Long.getLong("lunette.crash.seed", 1);
  }

  /** Seeds of so many lives, or as many times that as there are more points than usual. */
  static List<Long> seeds(int usualLives) {
    long lives = usualLives * Math.max(1, points() / USUAL_POINTS);
    return LongStream.range(firstSeed(), firstSeed() + lives).boxed().toList();
  }
}
