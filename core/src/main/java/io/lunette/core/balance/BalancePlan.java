/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import java.util.List;

/**
 * What the balancer would do, and why it would not do more.
 *
 * @param moves in the order in which they are made
 * @param notes a line each
 */
public record BalancePlan(List<PlannedMove> moves, List<String> notes) {

  public BalancePlan {
    moves = List.copyOf(moves);
    notes = List.copyOf(notes);
  }
}
