/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Cdb;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import io.lunette.scsi.log.LogPages;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * LOG SENSE and LOG SELECT (SPC-4 §6.7, §6.8). There are cumulative values only; nothing is saved,
 * and nothing can be set but all statistics to zero (PCR).
 */
final class LogCommands {

  private static final int CUMULATIVE = 1;
  private static final int PCR = 0x02;

  private final LogPages pages = new LogPages();

  private LogCommands() {}

  static List<CommandDescriptor> rows() {
    LogCommands commands = new LogCommands();
    return List.of(
        CommandDescriptor.of(0x4D, "LOG SENSE", "4D 00 FF FF 00 FF FF FF FF 00")
            .by(commands::sense),
        CommandDescriptor.of(0x4C, "LOG SELECT", "4C 02 C0 00 00 00 00 FF FF 00")
            .access(Access.CONTROL)
            .by(LogCommands::select));
  }

  private Outcome sense(ScsiTask task) {
    Cdb cdb = task.cdb();
    int code = cdb.u8(2) & 0x3F;
    int subpage = cdb.u8(3);
    if (!pages.has(task.unit(), code, subpage)) {
      return subpage == 0 || !pages.has(task.unit(), code, 0)
          ? Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 5)
          : Sense.INVALID_FIELD_IN_CDB.atCdbBit(3, 7);
    }
    if (code != 0 && cdb.u8(2) >> 6 != CUMULATIVE) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 7);
    }
    ByteBuffer page = pages.page(task.unit(), code, subpage, cdb.u16(5));
    return page == null ? Sense.INVALID_FIELD_IN_CDB.atCdbBit(5, 7) : task.reply(page, cdb.u16(7));
  }

  private static Outcome select(ScsiTask task) {
    if (task.cdb().u16(7) != 0) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(7, 7);
    }
    if (task.cdb().bit(1, PCR)) {
      task.unit().statistics().reset();
      task.unit().establishElsewhere(task.nexus(), Sense.LOG_PARAMETERS_CHANGED);
    }
    return Outcome.GOOD;
  }
}
