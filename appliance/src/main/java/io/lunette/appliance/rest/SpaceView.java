/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.space.SpaceReport;
import io.lunette.core.volume.PoolSpace;

/**
 * The space of the pool, as the API gives it; bytes.
 *
 * @param sizeBytes the pool with its superblocks and its journal
 * @param capacityBytes what can hold data or metadata
 * @param usedBytes what of it new writes cannot have
 * @param ownedBytes held by volumes
 * @param dirtyBytes given back, not yet erased
 * @param reclaimableBytes what scrubbing would make clean: dirty, and of returned replicas
 * @param metadataBytes records of the pool itself
 * @param cleanBytes free for new writes
 * @param availableBytes how much of the clean there is room for underneath
 * @param virtualBytes sum of the sizes of all volumes
 * @param overcommit virtual bytes as a multiple of the capacity
 */
public record SpaceView(
    long sizeBytes,
    long capacityBytes,
    long usedBytes,
    long ownedBytes,
    long dirtyBytes,
    long reclaimableBytes,
    long metadataBytes,
    long cleanBytes,
    long availableBytes,
    long virtualBytes,
    double overcommit) {

  private static final double HUNDRED = 100;

  /** The view of a pool alone, of which no catalog says what was returned. */
  public static SpaceView of(PoolSpace space) {
    return of(space, space.dirtyBytes());
  }

  /** The view of the pool of an appliance. */
  public static SpaceView of(SpaceReport report) {
    return of(report.space(), report.reclaimableBytes());
  }

  private static SpaceView of(PoolSpace space, long reclaimableBytes) {
    return new SpaceView(
        space.sizeBytes(),
        space.capacityBytes(),
        space.usedBytes(),
        space.ownedBytes(),
        space.dirtyBytes(),
        reclaimableBytes,
        space.metadataBytes(),
        space.cleanBytes(),
        space.availableBytes(),
        space.virtualBytes(),
        Math.round(space.overcommit() * HUNDRED) / HUNDRED);
  }
}
