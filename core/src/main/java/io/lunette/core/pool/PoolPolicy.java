/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.volume.EraseRequest;
import java.time.Duration;
import java.util.Objects;

/**
 * How a replica pool is kept.
 *
 * @param ready how many ready replicas a refill makes
 * @param low a refill starts when fewer than this many are ready; at most {@code ready}
 * @param scrubThreshold scrubs start when this many returned replicas wait; 1 is at once
 * @param scrubAge scrubs start when one has waited so long
 * @param scrub how a returned replica is erased; always verified whole, for nothing less makes it
 *     ready again (DESIGN I2b)
 */
public record PoolPolicy(
    int ready, int low, int scrubThreshold, Duration scrubAge, EraseRequest scrub) {

  /** What holds until somebody sets a policy: no replicas ahead of demand. */
  public static final PoolPolicy DEFAULT =
      new PoolPolicy(0, 0, 4, Duration.ofMinutes(15), EraseRequest.zeroFillVerified());

  /** Most replicas that one pool keeps ready. */
  public static final int READY_MAX = 100_000;

  public PoolPolicy {
    Objects.requireNonNull(scrubAge);
    if (!scrub.verify()) {
      throw new IllegalArgumentException("a replica that is to be used again is verified whole");
    }
    if (ready < 0 || ready > READY_MAX) {
      throw new IllegalArgumentException("ready is " + ready + ": use 0 to " + READY_MAX);
    }
    if (low < 0 || low > ready) {
      throw new IllegalArgumentException("low is " + low + ": use 0 to ready, which is " + ready);
    }
    if (scrubThreshold < 1) {
      throw new IllegalArgumentException(
          "scrub threshold is " + scrubThreshold + ": use 1 or more");
    }
    if (scrubAge.isNegative() || scrubAge.compareTo(Duration.ofDays(365)) > 0) {
      throw new IllegalArgumentException("scrub age is " + scrubAge + ": use 0 to 365 days");
    }
  }
}
