/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.CopyOperation;
import io.lunette.scsi.device.ScsiTask;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * EXTENDED COPY(LID1) and (LID4) (SPC-4 §6.5, §6.4), COPY OPERATION ABORT (§6.3). STR and PRIORITY
 * are hints, and change nothing here.
 */
final class ExtendedCopyCommands {

  static final int LID1 = 0x00;
  static final int LID4 = 0x01;

  private static final int ABORT = 0x1C;
  private static final String COPY_USAGE = "83 1F 00 00 00 00 00 00 00 00 FF FF FF FF 00 00";

  private final Executor threads;

  ExtendedCopyCommands(Executor threads) {
    this.threads = threads;
  }

  List<CommandDescriptor> rows() {
    return List.of(
        row(LID1, "EXTENDED COPY(LID1)"),
        row(LID4, "EXTENDED COPY(LID4)"),
        CommandDescriptor.of(
                0x83,
                ABORT,
                "COPY OPERATION ABORT",
                "83 1F FF FF FF FF 00 00 00 00 00 00 00 00 00 00")
            .access(Access.CONTROL)
            .by(ExtendedCopyCommands::abort));
  }

  private CommandDescriptor row(int serviceAction, String name) {
    return CommandDescriptor.of(0x83, serviceAction, name, COPY_USAGE)
        .access(Access.CONTROL)
        .recommendedTimeout(0)
        .dataOut(task -> task.cdb().u32(10))
        .by(task -> copy(task, serviceAction));
  }

  private Outcome copy(ScsiTask task, int serviceAction) {
    return CopyListReader.read(task.dataOut().slice(), task.cdb().u32(10), serviceAction == LID4)
        .then(list -> copy(task, serviceAction, list));
  }

  private Outcome copy(ScsiTask task, int serviceAction, CopyList list) {
    if (hasOtherFormat(task, serviceAction, list)) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(serviceAction == LID4 ? 20 : 0);
    }
    CopyOperation operation =
        new CopyOperation(
            new CopyOperation.Origin(
                task.nexus().port(),
                list.listId(),
                serviceAction,
                list.background(),
                task.unit().blockBytes()));
    return CopyJob.reserve(task, operation, ExtendedCopyJob.scratchBytes(list))
        .then(lease -> new ExtendedCopyJob(threads, task, operation, lease, list).start());
  }

  /** Both formats with one list identifier at the same time are refused (SPC-4 §6.4.3.2). */
  private static boolean hasOtherFormat(ScsiTask task, int serviceAction, CopyList list) {
    return list.listId()
        .flatMap(task.nexus().copies()::find)
        .filter(CopyOperation::isRunning)
        .filter(running -> running.origin().serviceAction() == (serviceAction ^ 1))
        .isPresent();
  }

  /** Ends when nothing of the operation is under way any more (SPC-4 §5.17.4.7). */
  private static Outcome abort(ScsiTask task) {
    CopyOperation running =
        task.nexus().copies().find(task.cdb().u32(2)).filter(CopyOperation::isRunning).orElse(null);
    if (running == null) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 7);
    }
    running.stop();
    running.whenEnded(() -> task.end(Outcome.GOOD));
    return Outcome.LATER;
  }
}
