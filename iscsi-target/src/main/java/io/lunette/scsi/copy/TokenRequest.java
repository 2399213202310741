/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.CopyLimits;
import io.lunette.scsi.device.LogicalUnit;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a POPULATE TOKEN asks for (SBC-3 §5.19.2).
 *
 * <pre>
 *  0  length of the rest    2  RTV, IMMED    4  inactivity timeout, in seconds
 *  8  ROD type             14  length of the ranges, which follow
 * </pre>
 *
 * @param background IMMED: status is returned before the token exists
 * @param type ROD type of the token
 * @param inactivitySeconds how long the token lives without being used
 */
record TokenRequest(boolean background, int type, int inactivitySeconds, List<BlockRange> ranges) {

  private static final int RANGES_LENGTH = 14;
  private static final int HEADER = 16;
  private static final int SHORTEST = 30;
  private static final int IMMED = 0x01;
  private static final int RTV = 0x02;

  /**
   * Reads a list.
   *
   * @param list what arrived, from 0 to the limit
   * @param announced PARAMETER LIST LENGTH
   */
  static Parsed<TokenRequest> read(LogicalUnit unit, ByteBuffer list, long announced) {
    if (announced == 0) {
      return new Parsed.Answered<>(Outcome.GOOD);
    }
    if (announced < HEADER || list.limit() < announced) {
      return new Parsed.Answered<>(Sense.PARAMETER_LIST_LENGTH);
    }
    if ((list.getShort(0) & 0xFFFF) < SHORTEST) {
      return new Parsed.Answered<>(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(0));
    }
    long timeout = list.getInt(4) & 0xFFFF_FFFFL;
    if (timeout > CopyLimits.LONGEST_INACTIVITY_SECONDS) {
      return new Parsed.Answered<>(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(4));
    }
    int type = (list.get(2) & RTV) == 0 ? RodTokenLayout.CHANGE_VULNERABLE : list.getInt(8);
    if (type != RodTokenLayout.DEFAULT_TYPE && type != RodTokenLayout.CHANGE_VULNERABLE) {
      return new Parsed.Answered<>(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(8));
    }
    return BlockRanges.read(unit, list, RANGES_LENGTH)
        .map(
            ranges ->
                new TokenRequest(
                    (list.get(2) & IMMED) != 0,
                    type,
                    timeout == 0 ? CopyLimits.DEFAULT_INACTIVITY_SECONDS : (int) timeout,
                    ranges));
  }
}
