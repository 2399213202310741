/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Damages the superblock that counts. */
final class LostSuperblock {

  private static final int INSIDE_BYTES = 96;

  private LostSuperblock() {}

  /** Inverts a bit of the newer one; does nothing and returns false if not both are sound. */
  static boolean newestOfTwo(PagedDevice device) throws IOException {
    long[] generations = new long[2];
    for (int slot = 0; slot < 2; slot++) {
      ByteBuffer page = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
      device.read(Superblock.offsetFor(slot), page);
      try {
        generations[slot] = Superblock.decode(page, Superblock.offsetFor(slot)).generation();
      } catch (FormatException e) {
        return false;
      }
    }
    long newest = Superblock.offsetFor(generations[0] > generations[1] ? 0 : 1);
    device.flip((newest + INSIDE_BYTES) * Byte.SIZE);
    return true;
  }
}
