/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import java.util.List;

/**
 * SEND DIAGNOSTIC (SPC-4 §6.42) with the default self-test alone: no diagnostic pages, and no
 * extended self-tests, whose codes fail the check of the CDB's usage bits.
 */
final class DiagnosticCommand {

  private static final int SELF_TEST = 0x04;

  private DiagnosticCommand() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x1D, "SEND DIAGNOSTIC", "1D 04 00 00 00 00")
            .access(Access.CONTROL)
            .recommendedTimeout(120)
            .needsMedium()
            .by(DiagnosticCommand::test));
  }

  /** A unit is well that can still make durable what it acknowledged. */
  private static Outcome test(ScsiTask task) {
    if (!task.cdb().bit(1, SELF_TEST)) {
      return Outcome.GOOD;
    }
    task.device().flush(task);
    return Outcome.LATER;
  }
}
