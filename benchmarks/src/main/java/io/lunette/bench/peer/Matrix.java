/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.iscsi.Mix;
import io.lunette.bench.iscsi.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The workloads that targets are compared by.
 *
 * @param warmUp of each measurement
 * @param duration of each measurement
 * @param rounds of each target
 * @param whole whether every shape is measured with one and four sessions, with and without
 *     digests; otherwise all with one session, and some of the others
 */
record Matrix(Duration warmUp, Duration duration, int rounds, boolean whole) {

  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;
  private static final int MANY_SESSIONS = 4;

  /** One shape of commands. */
  private record Shape(int bytes, int depth, boolean random) {}

  private static final List<Shape> SHAPES =
      List.of(
          new Shape(4 * KIB, 1, true),
          new Shape(4 * KIB, 32, true),
          new Shape(64 * KIB, 8, false),
          new Shape(MIB, 8, false));

  /** Takes a quarter of an hour on two backings. */
  static Matrix full() {
    return new Matrix(Duration.ofMillis(200), Duration.ofMillis(600), 3, true);
  }

  /** Takes five minutes on two backings. */
  static Matrix quick() {
    return new Matrix(Duration.ofMillis(150), Duration.ofMillis(300), 3, false);
  }

  /**
   * In the order in which they are run.
   *
   * @param first whether this is the first backing; a run that is not whole leaves several sessions
   *     and digests, which do not depend on it, to that one
   */
  List<Workload> workloads(boolean first) {
    List<Workload> all = new ArrayList<>();
    add(all, SHAPES, 1, false);
    if (whole) {
      add(all, SHAPES, MANY_SESSIONS, false);
      add(all, SHAPES, 1, true);
      add(all, SHAPES, MANY_SESSIONS, true);
    } else if (first) {
      add(all, SHAPES.subList(1, 2), MANY_SESSIONS, false);
      add(all, SHAPES.subList(1, 2), 1, true);
    }
    return all;
  }

  private void add(List<Workload> all, List<Shape> shapes, int sessions, boolean digest) {
    for (Shape shape : shapes) {
      for (int readPercent : new int[] {100, 0}) {
        all.add(
            new Workload(
                shape.bytes,
                shape.depth,
                new Mix(readPercent),
                shape.random,
                sessions,
                digest,
                warmUp,
                duration,
                OptionalLong.empty()));
      }
    }
  }

  /**
   * What runs on each target before anything is measured, for as long as the rounds of it: a
   * service that has just been started has not compiled its code.
   */
  List<Workload> rehearsal() {
    List<Workload> all = new ArrayList<>();
    add(all, SHAPES.subList(1, 3), 1, false);
    return all;
  }

  /** Writes all of a unit once. */
  static Workload fill(long sizeBytes) {
    return new Workload(
        MIB,
        4,
        new Mix(0),
        false,
        1,
        false,
        Duration.ZERO,
        Duration.ofSeconds(1),
        OptionalLong.of(sizeBytes / MIB));
  }
}
