/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A command descriptor block, read in place. The 16 bytes that iSCSI carries in its header; a
 * shorter CDB is padded with zeroes. Reused from command to command; owned by the task's thread.
 */
public final class Cdb {

  /** Bytes of the field on the wire. */
  public static final int BYTES = 16;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] bytes = new byte[BYTES];

  /** Takes the CDB from a header. */
  public void load(byte[] source, int offset) {
    System.arraycopy(source, offset, bytes, 0, BYTES);
  }

  public int opcode() {
    return bytes[0] & 0xFF;
  }

  public int u8(int index) {
    return bytes[index] & 0xFF;
  }

  public int u16(int index) {
    return (short) SHORT.get(bytes, index) & 0xFFFF;
  }

  public int u24(int index) {
    return u8(index) << 16 | u16(index + 1);
  }

  public long u32(int index) {
    return (int) INT.get(bytes, index) & 0xFFFF_FFFFL;
  }

  public long u64(int index) {
    return (long) LONG.get(bytes, index);
  }

  public boolean bit(int index, int mask) {
    return (bytes[index] & mask) != 0;
  }

  /**
   * Logical block address of a block command. The group code in the top three bits of the opcode
   * says where it is (SPC-4 §4.2.5.1). As unsigned: a negative value is beyond any device.
   */
  public long lba() {
    return switch (opcode() >> 5) {
      case 0 -> u24(1) & 0x1F_FFFF;
      case 1, 2, 5 -> u32(2);
      default -> u64(2);
    };
  }

  /** Transfer length of a block command, in logical blocks; the 6-byte form has 0 for 256. */
  public long blocks() {
    return switch (opcode() >> 5) {
      case 0 -> u8(4) == 0 ? 256 : u8(4);
      case 1, 2 -> u16(7);
      case 5 -> u32(6);
      default -> u32(10);
    };
  }
}
