/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import io.lunette.core.move.Membership;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The servers of one tenant that run one image, and how many there are to be.
 *
 * @param name what it is called
 * @param use whose, and of which image; no other group has the same
 * @param min fewer than so many it never has by a move
 * @param max more than so many it never gets
 * @param priority a group may take servers from those of a smaller one
 * @param goal how busy they should be; without it only min and max count
 * @param cooling how long nothing is moved for the sake of load after it was last changed
 */
public record ServerGroup(
    GroupName name,
    Membership use,
    int min,
    int max,
    int priority,
    Optional<LoadGoal> goal,
    Duration cooling) {

  /** More servers than anybody has. */
  public static final int SERVERS_MAX = 100_000;

  public ServerGroup {
    Objects.requireNonNull(name);
    Objects.requireNonNull(use);
    if (min < 0 || max < min || max > SERVERS_MAX) {
      throw new IllegalArgumentException(
          "a group has 0 <= min <= max <= " + SERVERS_MAX + " servers, not " + min + " to " + max);
    }
    if (cooling.isNegative() || cooling.toDays() > 365) {
      throw new IllegalArgumentException("a cooling time is from 0 to 365 d");
    }
  }
}
