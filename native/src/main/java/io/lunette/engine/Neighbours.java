/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

/**
 * Which windows of {@link ReadyExtents} were lent to which extents of one volume lately. What is
 * forgotten costs nothing but a new window. Guarded by the lock of {@link Metadata}.
 */
final class Neighbours {

  private static final int REMEMBERED = 64;

  private final long[] groups = new long[REMEMBERED];
  private final ReadyExtents.Window[] windows = new ReadyExtents.Window[REMEMBERED];

  /** The window that the neighbours of a logical extent have, or null. */
  ReadyExtents.Window window(long logical) {
    int slot = slot(logical);
    return groups[slot] == logical / ReadyExtents.WINDOW ? windows[slot] : null;
  }

  /** Remembers it. */
  void lend(long logical, ReadyExtents.Window window) {
    groups[slot(logical)] = logical / ReadyExtents.WINDOW;
    windows[slot(logical)] = window;
  }

  private static int slot(long logical) {
    return (int) (logical / ReadyExtents.WINDOW % REMEMBERED);
  }
}
