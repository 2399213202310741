/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Set;

/**
 * Where a replica is in its life. The way round is BUILDING, READY, ALLOCATED, RETURNED, SCRUBBING,
 * READY; nothing that a tenant held becomes READY but through SCRUBBING, and of that only what was
 * erased and certified, at once or by way of BUILDING, where its volume is laid anew.
 */
public enum ReplicaState {
  /** Its volume is being made, or will be at the next refill; it holds nothing of a tenant. */
  BUILDING,
  /** Waits for a server; holds nothing but the image. */
  READY,
  /** A server has it. */
  ALLOCATED,
  /** Taken back and out of every initiator's reach; what the tenant wrote is still there. */
  RETURNED,
  /** What the tenant wrote is being erased. */
  SCRUBBING,
  /**
   * Kept out of use until an operator decides: its scrub did not succeed, or its volume has a past
   * that this catalog does not know, and may hold what anybody wrote.
   */
  QUARANTINED,
  /** Its volume could not be made, or was lost. */
  FAILED,
  /** Out of service for ever; its volume is deleted. */
  RETIRED;

  private static final Map<ReplicaState, Set<ReplicaState>> MOVES =
      Map.ofEntries(
          entry(BUILDING, Set.of(READY, FAILED, RETIRED, QUARANTINED)),
          entry(READY, Set.of(ALLOCATED, RETIRED, FAILED, QUARANTINED)),
          entry(ALLOCATED, Set.of(RETURNED, FAILED, QUARANTINED)),
          entry(RETURNED, Set.of(SCRUBBING, FAILED, QUARANTINED)),
          entry(SCRUBBING, Set.of(READY, BUILDING, RETIRED, QUARANTINED, FAILED)),
          entry(QUARANTINED, Set.of(SCRUBBING, RETIRED, FAILED)),
          entry(FAILED, Set.of(RETIRED)),
          entry(RETIRED, Set.of()));

  /** Whether a replica in this state may go to {@code next}. */
  public boolean mayBecome(ReplicaState next) {
    return MOVES.get(this).contains(next);
  }
}
