/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;

/** Waits for what background work brings about. */
final class Eventually {

  private static final Duration BOUND = Duration.ofSeconds(60);

  private Eventually() {}

  static void holds(Callable<Boolean> condition) throws Exception {
    Instant deadline = Instant.now().plus(BOUND);
    while (!condition.call()) {
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError("still not so after " + BOUND);
      }
      Thread.sleep(20);
    }
  }
}
