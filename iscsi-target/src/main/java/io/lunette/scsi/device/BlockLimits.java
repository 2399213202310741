/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;

/**
 * What one command may ask of a unit, in logical blocks; reported by VPD page B0h (SBC-3 §6.5.3)
 * and enforced.
 *
 * @param transfer longest transfer of data through the network; 65536 short blocks, which who hears
 *     that WRITE SAME has no limit may write in one command to compare
 * @param optimal transfer that suits the device best
 * @param granularity optimal transfer granularity: what the device writes without reading first. A
 *     unit tells it as its physical block too if it is asked to (UnitTraits)
 * @param unmap most blocks of one UNMAP
 * @param unmapDescriptors most ranges of one UNMAP
 * @param unmapGranularity unit in which space is given back; what is smaller reads as zeroes too
 * @param compareAndWrite longest COMPARE AND WRITE; its CDB has one byte for it
 * @param atomic longest WRITE ATOMIC: what the device writes whole or not at all, at any address,
 *     and one block where it promises no more than that a logical block is never torn
 */
public record BlockLimits(
    int transfer,
    int optimal,
    int granularity,
    int unmap,
    int unmapDescriptors,
    int unmapGranularity,
    int compareAndWrite,
    int atomic) {

  private static final int TRANSFER_BYTES = 32 << 20;
  private static final int OPTIMAL_BYTES = 1 << 20;
  private static final int COMPARE_AND_WRITE_BYTES = 64 << 10;
  private static final int UNMAP_BLOCKS = 1 << 20;
  private static final int UNMAP_DESCRIPTORS = 256;

  static BlockLimits of(BlockGeometry geometry, BlockFeatures features) {
    int block = geometry.logicalBlockBytes();
    return new BlockLimits(
        TRANSFER_BYTES / block,
        OPTIMAL_BYTES / block,
        geometry.physicalBlockBytes() / block,
        UNMAP_BLOCKS,
        UNMAP_DESCRIPTORS,
        Math.max(geometry.physicalBlockBytes(), features.discardGranularityBytes()) / block,
        Math.min(255, COMPARE_AND_WRITE_BYTES / block),
        Math.max(1, Math.min(TRANSFER_BYTES, features.atomicWriteBytes()) / block));
  }
}
