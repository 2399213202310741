/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.pdu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The header of the PDU that is being received, read in place. One for each connection, valid until
 * the next PDU begins; owned by the connection's event loop.
 */
public final class PduHeader {

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  final byte[] bytes = new byte[Bhs.BYTES + Bhs.MOST_AHS_BYTES];

  public int opcode() {
    return bytes[0] & 0x3F;
  }

  public boolean isImmediate() {
    return (bytes[0] & Bhs.IMMEDIATE) != 0;
  }

  public boolean isFinal() {
    return (bytes[Bhs.FLAGS] & Bhs.FINAL) != 0;
  }

  public int flags() {
    return bytes[Bhs.FLAGS] & 0xFF;
  }

  public boolean hasFlag(int mask) {
    return (bytes[Bhs.FLAGS] & mask) != 0;
  }

  /** Length of the additional header segments that follow the basic one. */
  public int ahsBytes() {
    return (bytes[Bhs.AHS_LENGTH] & 0xFF) * 4;
  }

  public int dataBytes() {
    return u32(Bhs.DATA_LENGTH) & 0xFF_FFFF;
  }

  public int itt() {
    return u32(Bhs.ITT);
  }

  public int cmdSn() {
    return u32(Bhs.CMD_SN);
  }

  public int u8(int offset) {
    return bytes[offset] & 0xFF;
  }

  public int u16(int offset) {
    return (short) SHORT.get(bytes, offset) & 0xFFFF;
  }

  public int u32(int offset) {
    return (int) INT.get(bytes, offset);
  }

  public long u64(int offset) {
    return (long) LONG.get(bytes, offset);
  }

  /** The bytes behind the fields; not to be changed. */
  public byte[] raw() {
    return bytes;
  }
}
