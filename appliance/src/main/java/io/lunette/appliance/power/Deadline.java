/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import io.lunette.core.DomainException;
import java.time.Duration;

/** Until when something has to be done. For one thread. */
final class Deadline {

  private final long endNanos;
  private final Duration bound;

  private Deadline(Duration bound) {
    this.bound = bound;
    this.endNanos = System.nanoTime() + bound.toNanos();
  }

  static Deadline in(Duration bound) {
    return new Deadline(bound);
  }

  /** How long there is still. */
  Duration remaining() throws DomainException {
    long nanos = endNanos - System.nanoTime();
    if (nanos <= 0) {
      throw passed();
    }
    return Duration.ofNanos(nanos);
  }

  /** That it has passed. */
  DomainException passed() {
    return new DomainException(
        DomainException.Kind.IO, "no answer within " + bound.toSeconds() + " s");
  }

  /** Waits, but not beyond the deadline. */
  void pause(Duration wanted) throws DomainException {
    Duration left = remaining();
    try {
      Thread.sleep(Math.max(1, (wanted.compareTo(left) < 0 ? wanted : left).toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DomainException(DomainException.Kind.IO, "interrupted", e);
    }
  }
}
