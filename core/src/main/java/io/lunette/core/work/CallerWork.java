/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.work;

import java.util.concurrent.Callable;

/**
 * Marks the thread of work that a caller waits for. Of callers there may be any number, so those
 * who would wait where too many wait already are refused; background work is bounded by its lanes
 * and never is. Thread-safe.
 */
public final class CallerWork {

  private static final ThreadLocal<Boolean> MARK = ThreadLocal.withInitial(() -> false);

  private CallerWork() {}

  /** Runs a caller's work on this thread. */
  public static <T> T run(Callable<T> work) throws Exception {
    MARK.set(true);
    try {
      return work.call();
    } finally {
      MARK.remove();
    }
  }

  /** Whether this thread does a caller's work. */
  public static boolean isOne() {
    return MARK.get();
  }
}
