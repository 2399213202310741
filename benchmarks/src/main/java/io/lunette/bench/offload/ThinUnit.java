/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import java.nio.ByteBuffer;

/**
 * VPD page B2h (SBC-3, Logical Block Provisioning).
 *
 * @param unmaps whether the unit has UNMAP (LBPU)
 * @param writeSameUnmaps whether it unmaps by WRITE SAME(16) (LBPWS)
 * @param readsZeroes whether what is unmapped reads as zeroes (LBPRZ)
 */
record ThinUnit(boolean unmaps, boolean writeSameUnmaps, boolean readsZeroes) {

  static final int PAGE = 0xb2;
  static final ThinUnit UNSTATED = new ThinUnit(false, false, false);

  private static final int FLAGS = 5;
  private static final int LBPU = 0x80;
  private static final int LBPWS = 0x40;

  /** The lowest of the three bits of LBPRZ. */
  private static final int ZEROES = 0x04;

  static ThinUnit of(ByteBuffer page) {
    int flags = Vpd.oneByte(page, FLAGS);
    return new ThinUnit((flags & LBPU) != 0, (flags & LBPWS) != 0, (flags & ZEROES) != 0);
  }
}
