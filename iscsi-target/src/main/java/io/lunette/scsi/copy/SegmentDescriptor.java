/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import java.nio.ByteBuffer;

/**
 * A block to block segment descriptor (SPC-4 §6.4.6.4): so many blocks from here to there.
 *
 * <pre>
 *  0    02h       1  DC, CAT    2  length (18h)
 *  4    source CSCD descriptor ID          6  destination CSCD descriptor ID
 * 10    number of blocks
 * 12    source LBA               20  destination LBA
 * </pre>
 *
 * @param index place in the list
 * @param countsDestination DC: the number counts blocks of the destination, not of the source
 * @param carriesResidual CAT: what does not fill a block is kept for the next segment
 */
record SegmentDescriptor(
    int index,
    boolean countsDestination,
    boolean carriesResidual,
    int sourceId,
    int destinationId,
    int blocks,
    long sourceLba,
    long destinationLba) {

  static final int BYTES = 28;
  static final int BLOCK_TO_BLOCK = 0x02;

  /** Bytes of any segment descriptor before what its length counts. */
  static final int HEADER = 4;

  static final int LENGTH = 2;
  static final int SOURCE_ID = 4;
  static final int DESTINATION_ID = 6;
  static final int NUMBER_OF_BLOCKS = 10;
  static final int SOURCE_LBA = 12;
  static final int DESTINATION_LBA = 20;

  private static final int DC = 0x02;
  private static final int CAT = 0x01;

  static SegmentDescriptor decode(ByteBuffer list, int offset, int index) {
    return new SegmentDescriptor(
        index,
        (list.get(offset + 1) & DC) != 0,
        (list.get(offset + 1) & CAT) != 0,
        list.getShort(offset + SOURCE_ID) & 0xFFFF,
        list.getShort(offset + DESTINATION_ID) & 0xFFFF,
        list.getShort(offset + NUMBER_OF_BLOCKS) & 0xFFFF,
        list.getLong(offset + SOURCE_LBA),
        list.getLong(offset + DESTINATION_LBA));
  }
}
