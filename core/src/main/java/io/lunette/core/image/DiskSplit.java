/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import java.util.List;

/**
 * A disk cut in front of its last partition.
 *
 * @param sharedBytes so much of the disk's beginning is shared
 * @param sharedDiskBytes size of the disk that is made of it, a multiple of 4096
 * @param patches what differs on that disk, so that its partition table is whole again
 * @param writableOffset where the last partition begins
 * @param writableBytes how large it is
 */
record DiskSplit(
    long sharedBytes,
    long sharedDiskBytes,
    List<Patch> patches,
    long writableOffset,
    long writableBytes) {

  static final int SECTOR = 512;
  private static final int BLOCK_SECTORS = 8;

  /** Bytes that are written over what a file has there. */
  record Patch(long offset, byte[] bytes) {
    long end() {
      return offset + bytes.length;
    }
  }

  /** Sectors rounded up to whole blocks of 4096. */
  static long wholeBlocks(long sectors) {
    return Math.multiplyExact(
        Math.floorDiv(Math.addExact(sectors, BLOCK_SECTORS - 1), (long) BLOCK_SECTORS),
        BLOCK_SECTORS);
  }
}
