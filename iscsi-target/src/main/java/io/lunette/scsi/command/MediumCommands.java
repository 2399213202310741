/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.Medium;
import io.lunette.scsi.device.ScsiTask;
import java.util.List;

/**
 * START STOP UNIT (SBC-3 §5.25) and PREVENT ALLOW MEDIUM REMOVAL (SPC-4 §6.18).
 *
 * <p>There is no motor: a unit is never stopped, which would take it from those it is shared with,
 * so a stop only flushes, and power conditions, none of which the unit has, change nothing.
 */
final class MediumCommands {

  private static final int START = 0x01;
  private static final int LOEJ = 0x02;
  private static final int NO_FLUSH = 0x04;
  private static final int POWER_CONDITION = 0xF0;
  private static final int PREVENT = 0x01;

  private MediumCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x1B, "START STOP UNIT", "1B 01 00 0F F7 00")
            .access(Access.CONTROL)
            .harmlessIf(cdb -> cdb.bit(4, START) && !cdb.bit(4, POWER_CONDITION))
            .by(MediumCommands::startStop),
        CommandDescriptor.of(0x1E, "PREVENT ALLOW MEDIUM REMOVAL", "1E 00 00 00 03 00")
            .access(Access.CONTROL)
            .harmlessIf(cdb -> !cdb.bit(4, PREVENT))
            .by(MediumCommands::preventAllow));
  }

  private static Outcome startStop(ScsiTask task) {
    boolean start = task.cdb().bit(4, START);
    if (task.cdb().bit(4, POWER_CONDITION)) {
      return Outcome.GOOD;
    }
    if (task.cdb().bit(4, LOEJ)) {
      return start ? load(task) : eject(task);
    }
    return start ? Outcome.GOOD : flush(task);
  }

  /** Of a fixed medium, loading is nothing to do. */
  private static Outcome load(ScsiTask task) {
    Medium medium = task.unit().medium();
    if (!medium.isPresent() && medium.isHeld()) {
      return Sense.REMOVAL_PREVENTED;
    }
    medium.load(task.nexus());
    return Outcome.GOOD;
  }

  private static Outcome eject(ScsiTask task) {
    Medium medium = task.unit().medium();
    if (medium.isHeld()) {
      return Sense.REMOVAL_PREVENTED;
    }
    if (!medium.isRemovable()) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(4, 1);
    }
    medium.eject();
    return flush(task);
  }

  private static Outcome flush(ScsiTask task) {
    if (task.cdb().bit(4, NO_FLUSH)) {
      return Outcome.GOOD;
    }
    task.device().flush(task);
    return Outcome.LATER;
  }

  private static Outcome preventAllow(ScsiTask task) {
    task.nexus().preventRemoval(task.cdb().bit(4, PREVENT));
    return Outcome.GOOD;
  }
}
