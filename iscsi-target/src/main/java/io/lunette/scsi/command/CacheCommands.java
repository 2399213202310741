/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import java.util.List;

/** SYNCHRONIZE CACHE (10, 16) and PRE-FETCH (10, 16). */
final class CacheCommands {

  private static final int IMMED = 0x02;

  private CacheCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x35, "SYNCHRONIZE CACHE(10)", "35 06 FF FF FF FF 1F FF FF 00")
            .access(Access.CONTROL)
            .recommendedTimeout(120)
            .needsMedium()
            .by(CacheCommands::synchronize),
        CommandDescriptor.of(
                0x91, "SYNCHRONIZE CACHE(16)", "91 06 FF FF FF FF FF FF FF FF FF FF FF FF 1F 00")
            .access(Access.CONTROL)
            .recommendedTimeout(120)
            .needsMedium()
            .by(CacheCommands::synchronize),
        CommandDescriptor.of(0x34, "PRE-FETCH(10)", "34 02 FF FF FF FF 1F FF FF 00")
            .access(Access.READ)
            .by(CacheCommands::prefetch),
        CommandDescriptor.of(
                0x90, "PRE-FETCH(16)", "90 02 FF FF FF FF FF FF FF FF FF FF FF FF 1F 00")
            .access(Access.READ)
            .by(CacheCommands::prefetch));
  }

  /** Whatever the range, everything acknowledged is made durable; IMMED is answered as if clear. */
  private static Outcome synchronize(ScsiTask task) {
    Outcome refusal = BlockChecks.range(task);
    if (refusal != null) {
      return refusal;
    }
    task.device().flush(task);
    return Outcome.LATER;
  }

  /** There is no cache of the unit's own to fill: the blocks fit, which is CONDITION MET. */
  private static Outcome prefetch(ScsiTask task) {
    Outcome refusal = BlockChecks.range(task);
    if (refusal != null) {
      return refusal;
    }
    return task.cdb().bit(1, IMMED) ? Outcome.GOOD : Outcome.CONDITION_MET;
  }
}
