/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/** TEST UNIT READY, REQUEST SENSE and REPORT LUNS. */
final class UnitCommands {

  private static final int DESC = 0x01;
  private static final int LUN_LIST_LEAST = 16;
  private static final int FLAT_SPACE = 0x4000;

  private UnitCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x00, "TEST UNIT READY", "00 00 00 00 00 00")
            .needsMedium()
            .by(task -> Outcome.GOOD),
        CommandDescriptor.of(0x03, "REQUEST SENSE", "03 01 00 00 FF 00")
            .access(Access.UNRESERVED)
            .withoutUnit()
            .whileSanitizing()
            .by(UnitCommands::requestSense),
        CommandDescriptor.of(0xA0, "REPORT LUNS", "A0 00 FF 00 00 00 FF FF FF FF 00 00")
            .access(Access.UNRESERVED)
            .withoutUnit()
            .whileSanitizing()
            .by(UnitCommands::reportLuns));
  }

  /** Reports a pending unit attention as data; otherwise what the unit is busy with, or nothing. */
  private static Outcome requestSense(ScsiTask task) {
    Sense sense = task.nexus() == null ? Sense.LUN_NOT_SUPPORTED : task.takeAttention();
    if (sense == null) {
      sense = Objects.requireNonNullElse(task.unit().notReady(), Sense.NONE);
    }
    ByteBuffer data = ByteBuffer.allocate(32);
    if (task.cdb().bit(1, DESC)) {
      sense.encodeDescriptor(data);
    } else {
      sense.encodeFixed(data);
    }
    return task.reply(data.flip(), task.cdb().u8(4));
  }

  /** SPC-4 §6.33. Well-known units are not offered, so that report 01h is an empty list. */
  private static Outcome reportLuns(ScsiTask task) {
    int report = task.cdb().u8(2);
    long allocation = task.cdb().u32(6);
    if (report > 2 || allocation < LUN_LIST_LEAST) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(report > 2 ? 2 : 6, 7);
    }
    int[] luns = report == 1 ? new int[0] : task.inventory().luns();
    ByteBuffer data = ByteBuffer.allocate(8 + 8 * luns.length);
    data.putInt(8 * luns.length).putInt(0);
    for (int lun : luns) {
      data.putShort((short) (lun < 256 ? lun : FLAT_SPACE | lun)).putShort((short) 0).putInt(0);
    }
    task.inventoryIsKnown();
    return task.reply(data.flip(), allocation);
  }
}
