/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of an appliance for work that blocks. Closed after everything that uses them. */
final class Workers implements AutoCloseable {

  private static final int BLOCKING_THREADS = 8;
  private static final long END_SECONDS = 5;

  private final ExecutorService blocking;
  private final ExecutorService waiting;
  private final ScheduledExecutorService timer;

  Workers() {
    AtomicInteger number = new AtomicInteger();
    this.blocking =
        Executors.newFixedThreadPool(
            BLOCKING_THREADS, task -> daemon(task, "lunette-work-" + number.incrementAndGet()));
    this.waiting =
        Executors.newCachedThreadPool(
            task -> daemon(task, "lunette-lane-" + number.incrementAndGet()));
    this.timer = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "lunette-timer"));
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** For work that takes long or waits. */
  ExecutorService blocking() {
    return blocking;
  }

  /** For work of which there is a bounded amount, each of which may wait for another peer. */
  ExecutorService waiting() {
    return waiting;
  }

  /** For what is due later. */
  ScheduledExecutorService timer() {
    return timer;
  }

  /** Waits a while for work that is under way; threads that do not end are daemons and die. */
  @Override
  public void close() {
    timer.shutdownNow();
    blocking.shutdownNow();
    waiting.shutdownNow();
    try {
      boolean ignored =
          blocking.awaitTermination(END_SECONDS, TimeUnit.SECONDS)
              && waiting.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
