/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end what it has begun when SIGINT or SIGTERM comes, before the process goes. The
 * JVM halts when its shutdown hooks have ended, with the signal's status; so the hook waits until
 * the command is {@link #over}, for a while. A command that begins nothing is ended at once.
 *
 * <p>Used by the thread of the command; the hook is another.
 */
final class Interruption {

  private static final long END_SECONDS_MAX = 20;

  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread hook = new Thread(this::signalled, "lunette-interruption");
  private volatile boolean asked;
  private boolean heeded;

  /** From now on a signal is for the command to heed. */
  void heed() {
    if (!heeded) {
      heeded = true;
      Runtime.getRuntime().addShutdownHook(hook);
    }
  }

  /** Whether a signal has come. */
  boolean isAsked() {
    return asked;
  }

  /** The command has ended and said what it had to say. */
  void over() {
    over.countDown();
    if (heeded && !asked) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The signal has come just now; the hook finds that there is nothing to wait for.
      }
    }
  }

  private void signalled() {
    asked = true;
    try {
      if (!over.await(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        System.err.println("lunette: not waiting any longer; see 'lunette job list'");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
