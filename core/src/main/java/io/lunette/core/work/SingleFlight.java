/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.work;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task that runs in the background when it is asked for, never twice at one time. A request while
 * it runs makes it run once more afterwards, so that nothing that happened before the request is
 * missed. Thread-safe.
 */
public final class SingleFlight implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SingleFlight.class);

  private final String name;
  private final Executor executor;
  private final Runnable task;
  private boolean running;
  private boolean again;
  private boolean closed;

  /**
   * Names a task; it does not run yet.
   *
   * @param task catches its own expected failures
   */
  public SingleFlight(String name, Executor executor, Runnable task) {
    this.name = name;
    this.executor = executor;
    this.task = task;
  }

  /** Lets the task run soon; does nothing once closed. */
  public void request() {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (running) {
        again = true;
        return;
      }
      running = true;
    }
    try {
      executor.execute(this::run);
    } catch (RejectedExecutionException e) {
      rejected();
      LOG.warn("{} does not run: its executor has stopped", name);
    } catch (RuntimeException | Error e) {
      // As where the system makes no thread: whoever asks is not whom that concerns.
      rejected();
      LOG.error("{} does not run; it does when it is next asked for", name, e);
    }
  }

  private void run() {
    boolean more = true;
    try {
      while (more) {
        runOnce();
        more = ended();
      }
    } finally {
      if (more) {
        rejected();
      }
    }
  }

  /** Throws where there is no memory for the line that says what the task threw. */
  private void runOnce() {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("{} failed; it runs again when it is next asked for", name, e);
    }
  }

  /** Nobody is there to run again. */
  private synchronized void rejected() {
    again = false;
    running = false;
    notifyAll();
  }

  /** Whether to run again. */
  private synchronized boolean ended() {
    boolean more = again && !closed;
    again = false;
    running = more;
    if (!more) {
      notifyAll();
    }
    return more;
  }

  /** Whether the task should come to an early end. */
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Lets no more runs begin and waits for the one under way. */
  @Override
  public synchronized void close() {
    closed = true;
    boolean interrupted = false;
    while (running) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
