/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.ScsiTask;

/** The checks that commands on a range of blocks share. Each answers null if all is well. */
final class BlockChecks {

  private static final int PROTECT = 0xE0;

  private BlockChecks() {}

  /** The range is inside the unit (SBC-3 §4.5.1). */
  static Outcome range(ScsiTask task) {
    return task.unit().contains(task.lba(), task.blocks()) ? null : Sense.LBA_OUT_OF_RANGE;
  }

  /** The range is inside, and no longer than the longest transfer. */
  static Outcome transfer(ScsiTask task) {
    if (!task.unit().contains(task.lba(), task.blocks())) {
      return Sense.LBA_OUT_OF_RANGE;
    }
    return task.blocks() > task.unit().limits().transfer() ? Sense.INVALID_FIELD_IN_CDB : null;
  }

  /** No protection information is asked for: the unit is not formatted with any (SBC-3 §4.22). */
  static Outcome noProtection(ScsiTask task) {
    boolean six = task.cdb().opcode() < 0x20;
    return !six && task.cdb().bit(1, PROTECT) ? Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 7) : null;
  }

  /** {@link #noProtection}, then {@link #transfer}. */
  static Outcome mediumTransfer(ScsiTask task) {
    Outcome refusal = noProtection(task);
    return refusal != null ? refusal : transfer(task);
  }

  /** Data-out of a command that carries its blocks; nothing if the command is bound to fail. */
  static long dataOutBytes(ScsiTask task) {
    return mediumTransfer(task) == null ? task.lengthBytes() : 0;
  }
}
