/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import java.nio.ByteBuffer;

/**
 * The parameter list of EXTENDED COPY(LID1) with one segment (SPC-4).
 *
 * <pre>
 *  0 list identifier   1 list id usage (bits 3-4)   2 bytes of CSCD descriptors
 *  8 bytes of segment descriptors   12 bytes of inline data
 * 16 CSCD descriptors of 32 bytes: E4h, 4 code set, 5 type, 7 length, 8 name, 29 block length
 *  … segment of 28 bytes: 02h, 2 length, 4 source, 6 destination, 10 blocks, 12 and 20 LBAs
 * </pre>
 */
final class CopyList {

  static final int IDENTIFICATION_DESCRIPTOR = 0xe4;
  static final int BLOCK_TO_BLOCK = 2;

  private static final int HEAD_BYTES = 16;
  private static final int CSCD_BYTES = 32;
  private static final int SEGMENT_BYTES = 28;
  private static final int SEGMENT_HEAD_BYTES = 4;
  private static final int NO_LIST_ID = 3 << 3;
  private static final int LIST_ID = 1;

  private CopyList() {}

  /**
   * Copies blocks from one unit to another, or to elsewhere on the same.
   *
   * @param withoutListId whether the list goes without an identifier, as {@link CopyLimits} has it
   * @param listId what distinguishes it from others under way, from 0
   */
  static byte[] encode(
      Designator source,
      Designator destination,
      int blockBytes,
      long sourceLba,
      long destinationLba,
      int blocks,
      boolean withoutListId,
      int listId) {
    ByteBuffer list = ByteBuffer.allocate(HEAD_BYTES + 2 * CSCD_BYTES + SEGMENT_BYTES);
    if (withoutListId) {
      list.put(1, (byte) NO_LIST_ID);
    } else {
      list.put(0, (byte) (LIST_ID + listId));
    }
    list.putShort(2, (short) (2 * CSCD_BYTES)).putInt(8, SEGMENT_BYTES);
    putCscd(list.slice(HEAD_BYTES, CSCD_BYTES), source, blockBytes);
    putCscd(list.slice(HEAD_BYTES + CSCD_BYTES, CSCD_BYTES), destination, blockBytes);
    list.slice(HEAD_BYTES + 2 * CSCD_BYTES, SEGMENT_BYTES)
        .put(0, (byte) BLOCK_TO_BLOCK)
        .putShort(2, (short) (SEGMENT_BYTES - SEGMENT_HEAD_BYTES))
        .putShort(6, (short) 1)
        .putShort(10, (short) blocks)
        .putLong(12, sourceLba)
        .putLong(20, destinationLba);
    return list.array();
  }

  private static void putCscd(ByteBuffer descriptor, Designator unit, int blockBytes) {
    descriptor.put(0, (byte) IDENTIFICATION_DESCRIPTOR);
    descriptor.put(4, (byte) unit.codeSet()).put(5, (byte) unit.type());
    descriptor.put(7, (byte) unit.name().length).put(8, unit.name());
    descriptor.putInt(28, blockBytes);
  }
}
