/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/**
 * Space of the pool behind a driver, in bytes.
 *
 * @param sizeBytes the pool with its superblocks and its journal, as it was made or grown
 * @param capacityBytes all that can hold data or metadata
 * @param ownedBytes held by volumes
 * @param dirtyBytes given back, not yet erased
 * @param metadataBytes held by the driver's own records
 * @param cleanBytes free for new writes
 * @param availableBytes how much of the clean there is room for underneath: less than all of it
 *     where a sparse file lies on a file system that fills up
 * @param virtualBytes sum of the sizes of all volumes
 */
public record PoolSpace(
    long sizeBytes,
    long capacityBytes,
    long ownedBytes,
    long dirtyBytes,
    long metadataBytes,
    long cleanBytes,
    long availableBytes,
    long virtualBytes) {

  private static final double HUNDRED = 100;

  /** The space of a pool that has room underneath for all of it. */
  public PoolSpace(
      long sizeBytes,
      long capacityBytes,
      long ownedBytes,
      long dirtyBytes,
      long metadataBytes,
      long cleanBytes,
      long virtualBytes) {
    this(
        sizeBytes,
        capacityBytes,
        ownedBytes,
        dirtyBytes,
        metadataBytes,
        cleanBytes,
        cleanBytes,
        virtualBytes);
  }

  /** Bytes that new writes cannot have: of volumes, not yet erased, and the driver's own. */
  public long usedBytes() {
    return capacityBytes - cleanBytes;
  }

  /** What there is room for underneath: the capacity, unless a file system is about to be full. */
  public long roomBytes() {
    return usedBytes() + availableBytes;
  }

  /** How much of the room is used, in per cent. */
  public double usedPercent() {
    return HUNDRED * usedBytes() / Math.max(1, roomBytes());
  }

  /** What is promised to volumes, as a multiple of what there is. */
  public double overcommit() {
    return capacityBytes == 0 ? 0 : (double) virtualBytes / capacityBytes;
  }
}
