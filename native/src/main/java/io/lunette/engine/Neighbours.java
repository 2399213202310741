/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static io.lunette.engine.ReadyExtents.WINDOW;

import io.lunette.engine.ReadyExtents.Window;

/**
 * Which windows of {@link ReadyExtents} were lent to which extents of one volume lately. What is
 * forgotten costs nothing but a new window. Guarded by the lock of {@link Metadata}.
 */
final class Neighbours {

  private static final int REMEMBERED = 64;

  /** Streams of writes that are told from each other. */
  private static final int STREAMS = 4;

  /** How far a stream goes to and fro, in windows: more than initiators write at once. */
  private static final int NEAR = 8;

  private final long[] groups = new long[REMEMBERED];
  private final Window[] windows = new Window[REMEMBERED];

  /** Of the windows that were lent last. */
  private final long[] lastGroups = new long[STREAMS];

  private final Window[] last = new Window[STREAMS];
  private int lent;

  /** The window that the neighbours of a logical extent have, or null. */
  Window window(long logical) {
    long group = logical / WINDOW;
    return groups[slot(group)] == group ? windows[slot(group)] : null;
  }

  /**
   * Where a new window for a logical extent lies to the nearest of those that were lent last as it
   * does in the volume. Of the last alone, for where there is no stream to follow, one window after
   * the other is faster to write to than those of the volume's own order.
   *
   * @return its first extent, which may be anybody's or none; negative if none of them is near
   */
  long placeBeside(long logical) {
    long group = logical / WINDOW;
    long nearest = NEAR + 1;
    long place = -1;
    for (int i = 0; i < STREAMS; i++) {
      long distance = group - lastGroups[i];
      if (last[i] != null && Math.abs(distance) < nearest) {
        nearest = Math.abs(distance);
        place = last[i].first() + distance * WINDOW;
      }
    }
    return place;
  }

  /** Remembers it. */
  void lend(long logical, Window window) {
    long group = logical / WINDOW;
    groups[slot(group)] = group;
    windows[slot(group)] = window;
    lastGroups[lent] = group;
    last[lent] = window;
    lent = (lent + 1) % STREAMS;
  }

  private static int slot(long group) {
    return (int) (group % REMEMBERED);
  }
}
