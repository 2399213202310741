/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.ProvisioningRun;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;

/** Where a volume has something: the answer to GET LBA STATUS, by whole extents. */
final class ProvisioningSearch {

  /** Extents with something in them that a search for the end of a run looks at. */
  private static final int LOOKED_AT_MAX = 16_384;

  private ProvisioningSearch() {}

  /**
   * The run that a byte lies in, of all blocks that the top layer and those below it have on the
   * device, or of all that they do not.
   *
   * @throws BlockException OUT_OF_RANGE
   */
  static ProvisioningRun run(Layer top, long sizeBytes, long offset)
      throws IOException, BlockException {
    if (offset < 0 || offset >= sizeBytes) {
      throw new BlockException(
          BlockException.Kind.OUT_OF_RANGE, offset + " is beyond the end of the volume");
    }
    long first = offset / PoolLayout.BLOCK_BYTES;
    int inExtent = (int) (first % PoolLayout.BLOCKS_PER_EXTENT);
    int visible = VolumeMap.visible(top, first / PoolLayout.BLOCKS_PER_EXTENT);
    boolean mapped = (visible >>> inExtent & 1) != 0;
    long last = (sizeBytes - 1) / PoolLayout.BLOCK_BYTES;
    long end = runEnd(top, first, mapped);
    long endBytes = end > last ? sizeBytes : end * PoolLayout.BLOCK_BYTES;
    return new ProvisioningRun(offset, endBytes - offset, mapped);
  }

  /** The first block behind one that is not as that is, or where the search for it gave up. */
  private static long runEnd(Layer top, long block, boolean mapped) throws IOException {
    long extent = block / PoolLayout.BLOCKS_PER_EXTENT;
    int searched = -1 << block % PoolLayout.BLOCKS_PER_EXTENT & PoolLayout.FULL_MASK;
    for (int looked = 0; looked < LOOKED_AT_MAX; looked++) {
      int visible = VolumeMap.visible(top, extent);
      int others = (mapped ? ~visible : visible) & searched;
      if (others != 0) {
        return extent * PoolLayout.BLOCKS_PER_EXTENT + Integer.numberOfTrailingZeros(others);
      }
      extent = mapped ? extent + 1 : VolumeMap.nextMapped(top, extent + 1);
      if (extent < 0) {
        return Long.MAX_VALUE;
      }
      searched = PoolLayout.FULL_MASK;
    }
    return extent * PoolLayout.BLOCKS_PER_EXTENT;
  }
}
