/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.util.concurrent.locks.ReentrantLock;

/** Locks of a volume's logical extents, shared by those that are far from each other. */
final class ExtentStripes {

  /** Neighbouring extents that can be locked together. */
  static final int COUNT = 32;

  private final ReentrantLock[] locks = new ReentrantLock[COUNT];

  ExtentStripes() {
    for (int i = 0; i < COUNT; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** Locks that many extents; in the order of the locks, so that two callers cannot block both. */
  void lock(long first, int extents) {
    if (extents == 1) {
      locks[stripe(first)].lock();
      return;
    }
    for (int i = 0; i < COUNT; i++) {
      if (isIn(i, first, extents)) {
        locks[i].lock();
      }
    }
  }

  /** Locks one extent unless somebody holds it. */
  boolean tryLock(long extent) {
    return locks[stripe(extent)].tryLock();
  }

  void unlock(long first, int extents) {
    for (int i = 0; i < extents; i++) {
      locks[stripe(first + i)].unlock();
    }
  }

  private static boolean isIn(int stripe, long first, int extents) {
    return Math.floorMod(stripe - stripe(first), COUNT) < extents;
  }

  private static int stripe(long extent) {
    return (int) (extent % COUNT);
  }
}
