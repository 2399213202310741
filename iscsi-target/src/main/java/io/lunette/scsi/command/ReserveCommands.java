/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.Registrant;
import io.lunette.scsi.device.ReservationState;
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
    ReservationState state = task.unit().persistentReservations().state();
    if (!state.keys().isEmpty()) {
      return besidePersistent(state, task.nexus().registrant());
    }
    return task.unit().legacyReservation().reserve(task.nexus())
        ? Outcome.GOOD
        : Outcome.RESERVATION_CONFLICT;
  }

  /**
   * Whom a persistent reservation lets in anyhow gets a GOOD that means nothing; anyone else must
   * not believe to hold the unit.
   */
  private static Outcome besidePersistent(ReservationState state, Registrant asking) {
    return state.isHeldBy(asking) || state.admitsAsRegistrant(asking)
        ? Outcome.GOOD
        : Outcome.RESERVATION_CONFLICT;
  }

  private static Outcome release(ScsiTask task) {
    ReservationState state = task.unit().persistentReservations().state();
    if (!state.keys().isEmpty()) {
      return besidePersistent(state, task.nexus().registrant());
    }
    task.unit().legacyReservation().release(task.nexus());
    return Outcome.GOOD;
  }
}
