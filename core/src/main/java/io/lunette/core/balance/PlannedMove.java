/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import io.lunette.core.server.ServerName;
import java.util.Optional;

/**
 * A move that the balancer would make.
 *
 * @param server which server
 * @param from its group; empty for the free pool
 * @param to where it goes; empty for the free pool
 * @param cause why, for a program
 * @param reason why, for a reader
 */
public record PlannedMove(
    ServerName server,
    Optional<GroupName> from,
    Optional<GroupName> to,
    Cause cause,
    String reason) {

  /** What makes a move necessary. */
  public enum Cause {
    /** The group that gets it has fewer than its minimum. */
    BELOW_MIN,
    /** The group that gets it is busier than its goal allows. */
    OVERLOAD,
    /** The group that loses it has more than its maximum. */
    ABOVE_MAX,
    /** The group that loses it has less to do than its goal allows. */
    UNDERLOAD
  }
}
