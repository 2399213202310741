/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** The partition table of a disk with sectors of 512 bytes. */
interface PartitionTable {

  /**
   * Cuts the disk in front of a partition, which has to be the last.
   *
   * @throws IllegalArgumentException if there is no such partition, or others lie behind its start
   */
  DiskSplit split(int partition);

  /**
   * Reads the table of a disk: GPT where there is one, else MBR.
   *
   * @throws IllegalArgumentException if it has none, or a damaged one
   */
  static PartitionTable read(FileChannel disk) throws IOException {
    ByteBuffer boot = bytes(disk, 0, DiskSplit.SECTOR);
    if (!MbrTable.isSigned(boot)) {
      throw new IllegalArgumentException("it has no partition table");
    }
    return MbrTable.isProtective(boot) ? GptTable.read(disk, boot) : new MbrTable(boot);
  }

  /** Reads a structure, little-endian. */
  static ByteBuffer bytes(FileChannel disk, long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (disk.read(buffer, offset + buffer.position()) < 0) {
        throw new IllegalArgumentException("its partition table lies beyond its end");
      }
    }
    return buffer.flip();
  }
}
