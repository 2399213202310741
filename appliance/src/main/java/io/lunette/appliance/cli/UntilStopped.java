/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Waits for SIGTERM or SIGINT, and holds the process until the caller has closed what it runs: the
 * JVM halts when its shutdown hooks have ended, so the hook waits for {@link #closed}. A stop that
 * was asked for and went well is a success: the status is 0, not the signal's.
 */
final class UntilStopped {

  private static final long CLOSE_SECONDS_MAX = 20;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  private volatile String reason;

  private UntilStopped() {}

  /** Begins to listen for signals. */
  static UntilStopped onSignal() {
    UntilStopped stopped = new UntilStopped();
    Runtime.getRuntime().addShutdownHook(new Thread(stopped::stop, "lunette-stop"));
    return stopped;
  }

  private void stop() {
    if (closed.getCount() == 0) {
      return;
    }
    asked.countDown();
    try {
      if (closed.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        Runtime.getRuntime().halt(0);
      } else {
        System.err.println("lunette: did not stop cleanly in " + CLOSE_SECONDS_MAX + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has {@link #await} return for a reason of its own; the process is to end with a failure. */
  void fail(String why) {
    reason = why;
    asked.countDown();
  }

  /** Why it was to stop, if no signal asked for it. */
  Optional<String> reason() {
    return Optional.ofNullable(reason);
  }

  /** Returns when a signal has come, or {@link #fail} was called. */
  void await() {
    try {
      asked.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets the process end. */
  void closed() {
    closed.countDown();
  }
}
