/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * READ DEFECT DATA (10, 12) (SBC-3 §5.19): both lists are empty, in whatever format is asked for.
 */
final class DefectCommands {

  private static final int LISTS_AND_FORMAT = 0x1F;

  private DefectCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x37, "READ DEFECT DATA(10)", "37 00 1F 00 00 00 00 FF FF 00")
            .needsMedium()
            .by(DefectCommands::ten),
        CommandDescriptor.of(0xB7, "READ DEFECT DATA(12)", "B7 1F FF FF FF FF FF FF FF FF 00 00")
            .needsMedium()
            .by(DefectCommands::twelve));
  }

  private static Outcome ten(ScsiTask task) {
    ByteBuffer data = ByteBuffer.allocate(4);
    data.put(1, (byte) (task.cdb().u8(2) & LISTS_AND_FORMAT));
    return task.reply(data, task.cdb().u16(7));
  }

  private static Outcome twelve(ScsiTask task) {
    ByteBuffer data = ByteBuffer.allocate(8);
    data.put(1, (byte) (task.cdb().u8(1) & LISTS_AND_FORMAT));
    return task.reply(data, task.cdb().u32(6));
  }
}
