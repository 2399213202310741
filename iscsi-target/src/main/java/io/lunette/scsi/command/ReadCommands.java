/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import java.util.List;

/**
 * READ (6, 10, 12, 16). DPO and FUA change nothing: a read always shows the newest acknowledged
 * bytes, and the unit says so (DPOFUA).
 */
final class ReadCommands {

  private ReadCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x08, "READ(6)", "08 1F FF FF FF 00")
            .access(Access.READ)
            .by(ReadCommands::read),
        CommandDescriptor.of(0x28, "READ(10)", "28 FA FF FF FF FF 1F FF FF 00")
            .access(Access.READ)
            .by(ReadCommands::read),
        CommandDescriptor.of(0xA8, "READ(12)", "A8 FA FF FF FF FF FF FF FF FF 1F 00")
            .access(Access.READ)
            .by(ReadCommands::read),
        CommandDescriptor.of(0x88, "READ(16)", "88 FA FF FF FF FF FF FF FF FF FF FF FF FF 1F 00")
            .access(Access.READ)
            .by(ReadCommands::read));
  }

  private static Outcome read(ScsiTask task) {
    Outcome refusal = BlockChecks.mediumTransfer(task);
    if (refusal != null) {
      return refusal;
    }
    int bytes = Math.toIntExact(task.lengthBytes());
    if (bytes == 0) {
      return Outcome.GOOD;
    }
    task.countRead(bytes);
    task.device().read(task.offsetBytes(), task.dataIn(bytes), task);
    return Outcome.LATER;
  }
}
