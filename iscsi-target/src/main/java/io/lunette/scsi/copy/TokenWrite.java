/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.LogicalUnit;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a WRITE USING TOKEN asks for (SBC-3 §5.47.2).
 *
 * <pre>
 *   0  length of the rest    2  DEL_TKN, IMMED    8  offset into the ROD, in blocks
 *  16  ROD token           534  length of the ranges, which follow
 * </pre>
 *
 * @param background IMMED: status is returned before anything is written
 * @param deletesToken DEL_TKN: the token ends with the operation
 * @param offsetBlocks where to begin in what the token represents, in blocks of the destination
 */
record TokenWrite(
    boolean background,
    boolean deletesToken,
    long offsetBlocks,
    ByteBuffer token,
    List<BlockRange> ranges) {

  /** Where the offset is. */
  static final int OFFSET = 8;

  private static final int TOKEN = 16;
  private static final int RANGES_LENGTH = 534;
  private static final int HEADER = 536;
  private static final int SHORTEST = 550;
  private static final int IMMED = 0x01;
  private static final int DEL_TKN = 0x02;

  /**
   * Reads a list.
   *
   * @param list what arrived, from 0 to the limit
   * @param announced PARAMETER LIST LENGTH
   */
  static Parsed<TokenWrite> read(LogicalUnit unit, ByteBuffer list, long announced) {
    if (announced == 0) {
      return new Parsed.Answered<>(Outcome.GOOD);
    }
    if (announced < HEADER || list.limit() < announced) {
      return new Parsed.Answered<>(Sense.PARAMETER_LIST_LENGTH);
    }
    int rest = list.getShort(0) & 0xFFFF;
    if (rest < SHORTEST) {
      return new Parsed.Answered<>(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(0));
    }
    if (rest != (list.getShort(RANGES_LENGTH) & 0xFFFF) + RANGES_LENGTH) {
      return new Parsed.Answered<>(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(RANGES_LENGTH));
    }
    byte[] token = new byte[RodTokenLayout.BYTES];
    list.get(TOKEN, token);
    ByteBuffer view = ByteBuffer.wrap(token);
    if (!RodTokenLayout.hasItsLength(view)) {
      return new Parsed.Answered<>(Sense.INVALID_TOKEN_LENGTH);
    }
    return BlockRanges.read(unit, list, RANGES_LENGTH)
        .map(
            ranges ->
                new TokenWrite(
                    (list.get(2) & IMMED) != 0,
                    (list.get(2) & DEL_TKN) != 0,
                    list.getLong(OFFSET),
                    view,
                    ranges));
  }
}
