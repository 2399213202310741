/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.ScsiStatus;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.CopyOperation;
import io.lunette.scsi.device.LogicalUnit;
import java.nio.ByteBuffer;

/**
 * The shared third-party copy status header (SPC-4 §6.24).
 *
 * <pre>
 *  0  available data             4  response to service action   5  copy operation status
 *  6  operation counter          8  estimated status update delay
 * 12  completion status         13  length of the sense data field   14  sense data length
 * 15  transfer count units      16  transfer count              24  segments processed
 * 32  sense data
 * </pre>
 */
final class CopyStatus {

  private static final int HEADER = 32;
  private static final int MOST_SENSE_BYTES = 64;
  private static final int COMPLETED = 0x01;
  private static final int COMPLETED_WITH_ERRORS = 0x02;
  private static final int COMPLETED_IN_PART = 0x03;
  private static final int IN_FOREGROUND = 0x11;
  private static final int IN_BACKGROUND = 0x12;
  private static final int TERMINATED = 0x60;
  private static final int UNITS_BYTES = 0x00;
  private static final int UNITS_BLOCKS = 0xF1;

  /** Another look in a tenth of a second may show progress. */
  private static final int DELAY_MILLIS = 100;

  /** What an operation that has ended says instead. */
  private static final int NO_DELAY = 0xFFFF_FFFE;

  private CopyStatus() {}

  /** The header, from 0 to the limit, but for the available data. */
  static ByteBuffer encode(CopyOperation copy, LogicalUnit unit) {
    Outcome outcome = copy.outcome();
    int serviceAction = copy.origin().serviceAction();
    boolean segments = serviceAction <= ExtendedCopyCommands.LID4;
    int status = status(copy, outcome);
    int block = copy.origin().blockBytes();
    ByteBuffer data = ByteBuffer.allocate(HEADER + MOST_SENSE_BYTES);
    data.put(4, (byte) serviceAction)
        .put(5, (byte) status)
        .putShort(6, (short) copy.operations())
        .putInt(8, outcome == null ? DELAY_MILLIS : NO_DELAY)
        .put(12, (byte) (outcome == null ? 0 : completion(status, outcome)))
        .put(15, (byte) (segments ? UNITS_BYTES : UNITS_BLOCKS))
        .putLong(16, segments ? copy.bytes() : copy.bytes() / block)
        .putShort(24, (short) (segments ? copy.segments() : 0))
        .position(HEADER);
    if (status == COMPLETED_WITH_ERRORS) {
      putSense(data, outcome, unit);
    }
    int senseBytes = data.position() - HEADER;
    int padded = (senseBytes + 3) & ~3;
    data.put(13, (byte) padded).put(14, (byte) senseBytes);
    return data.position(0).limit(HEADER + padded);
  }

  private static int status(CopyOperation copy, Outcome outcome) {
    if (outcome == null) {
      return copy.origin().background() ? IN_BACKGROUND : IN_FOREGROUND;
    }
    if (outcome == Outcome.TASK_ABORTED || outcome.equals(Sense.COPY_CLEARED)) {
      return TERMINATED;
    }
    if (outcome.status() != ScsiStatus.GOOD) {
      return COMPLETED_WITH_ERRORS;
    }
    return copy.isPartial() ? COMPLETED_IN_PART : COMPLETED;
  }

  private static int completion(int status, Outcome outcome) {
    return (status == TERMINATED ? ScsiStatus.TASK_ABORTED : outcome.status()).code();
  }

  /** Puts the sense of an outcome, if it has any, in the format that the unit is set to. */
  static void putSense(ByteBuffer out, Outcome outcome, LogicalUnit unit) {
    if (outcome instanceof Sense sense) {
      if (unit.modes().current().descriptorSense()) {
        sense.encodeDescriptor(out);
      } else {
        sense.encodeFixed(out);
      }
    }
  }
}
