/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for something that happens by itself. */
final class Eventually {

  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private Eventually() {}

  /** What is to hold; throws an assertion error while it does not. */
  interface Claim {
    void check() throws Exception;
  }

  static void holds(Claim claim) throws Exception {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        claim.check();
        return;
      } catch (AssertionError e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }
  }
}
