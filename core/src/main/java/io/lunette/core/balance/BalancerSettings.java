/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import java.time.Duration;

/**
 * How the balancer works.
 *
 * @param enabled whether it moves servers by itself
 * @param movesMax how many moves may be under way at one time
 * @param interval how often it looks
 */
public record BalancerSettings(boolean enabled, int movesMax, Duration interval) {

  /** Of a node where nobody has said anything. */
  public static final BalancerSettings DEFAULT =
      new BalancerSettings(false, 2, Duration.ofSeconds(30));

  public BalancerSettings {
    if (movesMax < 1 || movesMax > 1000) {
      throw new IllegalArgumentException("1 to 1000 moves may be under way at one time");
    }
    if (interval.toMillis() < 1000 || interval.toDays() > 1) {
      throw new IllegalArgumentException("the balancer looks every 1 s to 1 d");
    }
  }
}
