/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.forecast.Forecast;
import io.lunette.core.image.Image;
import io.lunette.core.replica.ReplicaState;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pool as it is.
 *
 * @param image the current version of whose name these are the replicas
 * @param policy how it is kept
 * @param counts replicas of all its versions in each state; every state but RETIRED is there
 * @param trouble why it is not full, while that lasts
 * @param terms what else it keeps to
 * @param forecast what it is to keep ready, if that is learnt
 * @param copies independent replicas that are being made
 */
public record PoolStatus(
    Image image,
    PoolPolicy policy,
    Map<ReplicaState, Integer> counts,
    Optional<String> trouble,
    PoolTerms terms,
    Optional<Forecast> forecast,
    List<RunningCopy> copies) {

  public PoolStatus {
    counts = Map.copyOf(counts);
    copies = List.copyOf(copies);
  }

  /** How many are to be ready. */
  public int target() {
    return forecast.map(Forecast::target).orElse(policy.ready());
  }

  /** Replicas in one state. */
  public int count(ReplicaState state) {
    return counts.getOrDefault(state, 0);
  }
}
