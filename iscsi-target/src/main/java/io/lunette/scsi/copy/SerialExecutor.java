/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Runs steps one at a time, in order, on the threads of another executor: what they share needs no
 * lock. A step that is added by a step runs after it, so completions that come inline do not nest.
 * Nor do they keep the thread: after some steps it goes to others that wait for it.
 */
final class SerialExecutor implements Executor {

  /** Steps after which the thread is given back. */
  private static final int MOST_IN_A_ROW = 64;

  private final Executor threads;
  private final Consumer<Throwable> defects;

  @GuardedBy("this")
  private final Deque<Runnable> steps = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean active;

  /**
   * @param defects learns what a step has thrown, as a step
   */
  SerialExecutor(Executor threads, Consumer<Throwable> defects) {
    this.threads = threads;
    this.defects = defects;
  }

  @Override
  public void execute(Runnable step) {
    synchronized (this) {
      steps.add(step);
      if (active) {
        return;
      }
      active = true;
    }
    threads.execute(this::drain);
  }

  private void drain() {
    for (int i = 0; i < MOST_IN_A_ROW; i++) {
      Runnable step;
      synchronized (this) {
        step = steps.poll();
        if (step == null) {
          active = false;
          return;
        }
      }
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        defects.accept(e);
      }
    }
    threads.execute(this::drain);
  }
}
