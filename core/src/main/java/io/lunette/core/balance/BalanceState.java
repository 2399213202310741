/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import io.lunette.core.server.ServerName;
import java.time.Instant;
import java.util.List;

/**
 * All that a decision is made of.
 *
 * @param now what time it is
 * @param groups the groups
 * @param free servers in the free pool that can be moved
 * @param underWay moves that have not ended
 * @param movesMax how many may be under way at one time: what one wrong decision can reach
 */
public record BalanceState(
    Instant now, List<GroupState> groups, List<ServerName> free, int underWay, int movesMax) {

  public BalanceState {
    groups = List.copyOf(groups);
    free = List.copyOf(free);
  }
}
