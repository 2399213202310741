/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.image.Image;
import io.lunette.core.replica.ReplicaState;
import java.util.Map;
import java.util.Optional;

/**
 * A pool as it is.
 *
 * @param image the current version of whose name these are the replicas
 * @param policy how it is kept
 * @param counts replicas of all its versions in each state; every state but RETIRED is there
 * @param trouble why the last refill did not succeed, while that lasts
 */
public record PoolStatus(
    Image image, PoolPolicy policy, Map<ReplicaState, Integer> counts, Optional<String> trouble) {

  public PoolStatus {
    counts = Map.copyOf(counts);
  }

  /** Replicas in one state. */
  public int count(ReplicaState state) {
    return counts.getOrDefault(state, 0);
  }
}
