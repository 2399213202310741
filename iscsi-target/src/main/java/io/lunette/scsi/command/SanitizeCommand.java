/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * SANITIZE (SBC-3 §5.24): OVERWRITE, BLOCK ERASE and EXIT FAILURE MODE. CRYPTOGRAPHIC ERASE is not
 * offered: there is no key to destroy.
 *
 * <p>The unit answers nothing but a few commands while it runs; progress is in REQUEST SENSE. The
 * run belongs to the unit, not to the command: it goes on when the session that began it ends, and
 * keeps other writes out until it does.
 */
final class SanitizeCommand {

  private static final int IMMED = 0x80;
  private static final int AUSE = 0x20;
  private static final int HEADER = 4;

  private SanitizeCommand() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x48, 0x01, "SANITIZE, OVERWRITE", "48 BF 00 00 00 00 00 FF FF 00")
            .access(Access.ATOMIC_WRITE)
            .afterFailedSanitize()
            .dataOut(task -> task.cdb().u16(7))
            .recommendedTimeout(0)
            .by(SanitizeCommand::overwrite),
        CommandDescriptor.of(0x48, 0x02, "SANITIZE, BLOCK ERASE", "48 BF 00 00 00 00 00 FF FF 00")
            .access(Access.ATOMIC_WRITE)
            .afterFailedSanitize()
            .recommendedTimeout(0)
            .by(SanitizeCommand::blockErase),
        CommandDescriptor.of(
                0x48, 0x1F, "SANITIZE, EXIT FAILURE MODE", "48 BF 00 00 00 00 00 FF FF 00")
            .access(Access.CONTROL)
            .needsMedium()
            .afterFailedSanitize()
            .by(SanitizeCommand::exitFailureMode));
  }

  private static Outcome overwrite(ScsiTask task) {
    int announced = task.cdb().u16(7);
    ByteBuffer list = task.dataOut().slice();
    int block = task.unit().blockBytes();
    if (announced < HEADER + 1 || announced > HEADER + block || list.remaining() < announced) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(7, 7);
    }
    int passes = list.get(0) & 0x1F;
    int patternBytes = list.getShort(2) & 0xFFFF;
    if (passes == 0 || patternBytes == 0 || patternBytes != announced - HEADER) {
      return Sense.INVALID_FIELD_IN_PARAMETERS;
    }
    boolean invert = (list.get(0) & 0x80) != 0;
    byte[] pattern = new byte[patternBytes];
    list.get(HEADER, pattern);
    return begin(task, SanitizeRun.overwrite(task.unit(), pattern, passes, invert));
  }

  private static Outcome blockErase(ScsiTask task) {
    if (task.cdb().u16(7) != 0) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(7, 7);
    }
    return begin(task, SanitizeRun.blockErase(task.unit()));
  }

  private static Outcome begin(ScsiTask task, SanitizeRun run) {
    if (!task.unit().sanitize().begin(task.cdb().bit(1, AUSE))) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 5);
    }
    if (task.cdb().bit(1, IMMED)) {
      Runnable readmitWrites = task.takeAtomicity();
      run.start(outcome -> readmitWrites.run());
      return Outcome.GOOD;
    }
    run.start(task::end);
    return Outcome.LATER;
  }

  private static Outcome exitFailureMode(ScsiTask task) {
    if (task.cdb().u16(7) != 0) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(7, 7);
    }
    return task.unit().sanitize().exitFailure()
        ? Outcome.GOOD
        : Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 4);
  }
}
