/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;

/**
 * What one command may ask of a unit, in logical blocks; reported by VPD page B0h (SBC-3 §6.5.3)
 * and enforced.
 *
 * @param transfer longest transfer of data through the network
 * @param optimal transfer that suits the device best
 * @param granularity optimal transfer granularity
 * @param unmap most blocks of one UNMAP
 * @param unmapDescriptors most ranges of one UNMAP
 * @param unmapGranularity unit in which space is given back
 * @param writeSame longest WRITE SAME: as long as a transfer, so that its result can be read back
 *     in one command
 * @param compareAndWrite longest COMPARE AND WRITE; its CDB has one byte for it
 * @param atomic longest WRITE ATOMIC
 */
public record BlockLimits(
    int transfer,
    int optimal,
    int granularity,
    int unmap,
    int unmapDescriptors,
    int unmapGranularity,
    int writeSame,
    int compareAndWrite,
    int atomic) {

  private static final int TRANSFER_BYTES = 8 << 20;
  private static final int OPTIMAL_BYTES = 1 << 20;
  private static final int COMPARE_AND_WRITE_BYTES = 64 << 10;
  private static final int UNMAP_BLOCKS = 1 << 20;
  private static final int UNMAP_DESCRIPTORS = 256;

  /** A device promises no more than that a logical block is never torn. */
  private static final int ATOMIC_BLOCKS = 1;

  static BlockLimits of(BlockGeometry geometry, BlockFeatures features) {
    int block = geometry.logicalBlockBytes();
    return new BlockLimits(
        TRANSFER_BYTES / block,
        OPTIMAL_BYTES / block,
        Math.max(1, geometry.optimalIoBytes() / block),
        UNMAP_BLOCKS,
        UNMAP_DESCRIPTORS,
        Math.max(1, features.discardGranularityBytes() / block),
        TRANSFER_BYTES / block,
        Math.min(255, COMPARE_AND_WRITE_BYTES / block),
        ATOMIC_BLOCKS);
  }
}
