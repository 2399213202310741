/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.volume.PoolSpace;

/**
 * The space of the pool, as the API gives it; bytes.
 *
 * @param sizeBytes the pool with its superblocks and its journal
 * @param capacityBytes what can hold data or metadata
 * @param usedBytes what of it new writes cannot have
 * @param ownedBytes held by volumes
 * @param dirtyBytes given back, not yet erased
 * @param metadataBytes records of the pool itself
 * @param cleanBytes free for new writes
 * @param virtualBytes sum of the sizes of all volumes
 * @param overcommit virtual bytes as a multiple of the capacity
 */
public record SpaceView(
    long sizeBytes,
    long capacityBytes,
    long usedBytes,
    long ownedBytes,
    long dirtyBytes,
    long metadataBytes,
    long cleanBytes,
    long virtualBytes,
    double overcommit) {

  private static final double HUNDRED = 100;

  /** The view of that space. */
  public static SpaceView of(PoolSpace space) {
    return new SpaceView(
        space.sizeBytes(),
        space.capacityBytes(),
        space.usedBytes(),
        space.ownedBytes(),
        space.dirtyBytes(),
        space.metadataBytes(),
        space.cleanBytes(),
        space.virtualBytes(),
        Math.round(space.overcommit() * HUNDRED) / HUNDRED);
  }
}
