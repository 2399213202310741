/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.PersistentReservations;
import io.lunette.scsi.device.ScsiTask;
import java.util.List;

/**
 * RESERVE(6) and RELEASE(6) (SPC-2), of whole units, with the handling of the two kinds of
 * reservations side by side of SPC-4 §5.13.3 (CRH).
 */
final class ReserveCommands {

  private ReserveCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x16, "RESERVE(6)", "16 00 00 00 00 00")
            .access(Access.UNRESERVED)
            .by(ReserveCommands::reserve),
        CommandDescriptor.of(0x17, "RELEASE(6)", "17 00 00 00 00 00")
            .access(Access.UNRESERVED)
            .by(ReserveCommands::release));
  }

  private static Outcome reserve(ScsiTask task) {
    PersistentReservations.State state = task.unit().persistentReservations().state();
    if (!state.registrations().isEmpty()) {
      return state.isHeldBy(task.nexus().port()) ? Outcome.GOOD : Outcome.RESERVATION_CONFLICT;
    }
    return task.unit().legacyReservation().reserve(task.nexus())
        ? Outcome.GOOD
        : Outcome.RESERVATION_CONFLICT;
  }

  private static Outcome release(ScsiTask task) {
    task.unit().legacyReservation().release(task.nexus());
    return Outcome.GOOD;
  }
}
