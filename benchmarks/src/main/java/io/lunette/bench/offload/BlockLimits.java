/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import java.nio.ByteBuffer;

/**
 * VPD page B0h (SBC-3, Block Limits); 0 where the unit states no limit, or has no such page.
 *
 * @param unmapBlocksMax blocks of an UNMAP
 * @param unmapGranularityBlocks what the unit unmaps whole
 * @param writeSameBlocksMax blocks of a WRITE SAME
 */
record BlockLimits(long unmapBlocksMax, long unmapGranularityBlocks, long writeSameBlocksMax) {

  static final int PAGE = 0xb0;
  static final BlockLimits UNSTATED = new BlockLimits(0, 0, 0);

  private static final int UNMAP_MAX = 20;
  private static final int UNMAP_GRANULARITY = 28;
  private static final int WRITE_SAME_MAX = 36;

  static BlockLimits of(ByteBuffer page) {
    return new BlockLimits(
        Vpd.fourBytes(page, UNMAP_MAX),
        Vpd.fourBytes(page, UNMAP_GRANULARITY),
        page.limit() < WRITE_SAME_MAX + Long.BYTES ? 0 : Math.max(0, page.getLong(WRITE_SAME_MAX)));
  }
}
