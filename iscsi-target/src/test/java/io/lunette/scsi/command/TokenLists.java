/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import java.nio.ByteBuffer;

/** The parameter lists of POPULATE TOKEN and WRITE USING TOKEN. */
final class TokenLists {

  private TokenLists() {}

  /** Ranges are pairs of LBA and number of blocks. */
  static byte[] populateWith(int flags, int timeout, int type, long... ranges) {
    ByteBuffer list = ByteBuffer.allocate(16 + ranges.length * 8);
    list.putShort(0, (short) (list.capacity() - 2))
        .put(2, (byte) flags)
        .putInt(4, timeout)
        .putInt(8, type);
    return putRanges(list, 14, ranges);
  }

  static byte[] populate(long... ranges) {
    return populateWith(0, 0, 0, ranges);
  }

  static byte[] write(int flags, long offset, byte[] token, long... ranges) {
    ByteBuffer list = ByteBuffer.allocate(536 + ranges.length * 8);
    list.putShort(0, (short) (list.capacity() - 2)).put(2, (byte) flags).putLong(8, offset);
    list.put(16, token);
    return putRanges(list, 534, ranges);
  }

  static byte[] write(byte[] token, long... ranges) {
    return write(0, 0, token, ranges);
  }

  private static byte[] putRanges(ByteBuffer list, int lengthAt, long... ranges) {
    list.putShort(lengthAt, (short) (ranges.length * 8)).position(lengthAt + 2);
    for (int i = 0; i < ranges.length; i += 2) {
      list.putLong(ranges[i]).putInt((int) ranges[i + 1]).putInt(0);
    }
    return list.array();
  }

  /** The block device zero ROD token. */
  static byte[] zero() {
    return ByteBuffer.allocate(512).putInt(0, 0xFFFF_0001).putShort(6, (short) 0x1F8).array();
  }
}
