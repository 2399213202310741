/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import static io.lunette.core.replica.ReplicaState.ALLOCATED;
import static io.lunette.core.replica.ReplicaState.BUILDING;
import static io.lunette.core.replica.ReplicaState.FAILED;
import static io.lunette.core.replica.ReplicaState.QUARANTINED;
import static io.lunette.core.replica.ReplicaState.READY;
import static io.lunette.core.replica.ReplicaState.RETIRED;
import static io.lunette.core.replica.ReplicaState.RETURNED;
import static io.lunette.core.replica.ReplicaState.SCRUBBING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ReplicaStateTest {

  /** Written down a second time on purpose: one move a line, from what to what. */
  private static final Set<String> LEGAL =
      Set.of(
          "BUILDING READY",
          "BUILDING FAILED",
          "BUILDING RETIRED",
          "BUILDING QUARANTINED",
          "READY ALLOCATED",
          "READY RETIRED",
          "READY FAILED",
          "READY QUARANTINED",
          "ALLOCATED RETURNED",
          "ALLOCATED FAILED",
          "ALLOCATED QUARANTINED",
          "RETURNED SCRUBBING",
          "RETURNED FAILED",
          "RETURNED QUARANTINED",
          "SCRUBBING READY",
          "SCRUBBING BUILDING",
          "SCRUBBING RETIRED",
          "SCRUBBING QUARANTINED",
          "SCRUBBING FAILED",
          "QUARANTINED SCRUBBING",
          "QUARANTINED RETIRED",
          "QUARANTINED FAILED",
          "FAILED RETIRED");

  @Test
  void everyPairOfStatesIsLegalOrIsNot() {
    for (ReplicaState from : ReplicaState.values()) {
      for (ReplicaState to : ReplicaState.values()) {
        assertThat(from.mayBecome(to))
            .as("%s to %s", from, to)
            .isEqualTo(LEGAL.contains(from + " " + to));
      }
    }
  }

  @Test
  void noWayLeadsFromATenantToReadyButThroughAScrub() {
    Set<ReplicaState> reached = EnumSet.of(ALLOCATED);
    Deque<ReplicaState> open = new ArrayDeque<>(reached);
    while (!open.isEmpty()) {
      ReplicaState from = open.remove();
      for (ReplicaState to : ReplicaState.values()) {
        if (from != SCRUBBING && from.mayBecome(to) && reached.add(to)) {
          open.add(to);
        }
      }
    }

    assertThat(reached).containsOnly(ALLOCATED, RETURNED, SCRUBBING, QUARANTINED, FAILED, RETIRED);
    assertThat(EnumSet.of(BUILDING, READY)).doesNotContainAnyElementsOf(reached);
  }
}
