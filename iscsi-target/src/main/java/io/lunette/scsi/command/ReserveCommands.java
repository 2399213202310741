/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.CommandHandler;
import io.lunette.scsi.device.Registrant;
import io.lunette.scsi.device.ReservationState;
import io.lunette.scsi.device.ScsiTask;
import java.util.List;

/**
 * RESERVE and RELEASE (6, 10) (SPC-2), of whole units and for the initiator itself, with the
 * handling of the two kinds of reservations side by side of SPC-4 §5.13.3 (CRH).
 */
final class ReserveCommands {

  private ReserveCommands() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        row(0x16, "RESERVE(6)", "16 00 00 00 00 00", ReserveCommands::reserve),
        row(0x17, "RELEASE(6)", "17 00 00 00 00 00", ReserveCommands::release),
        row(0x56, "RESERVE(10)", "56 00 00 00 00 00 00 00 00 00", ReserveCommands::reserve),
        row(0x57, "RELEASE(10)", "57 00 00 00 00 00 00 00 00 00", ReserveCommands::release));
  }

  private static CommandDescriptor row(
      int opcode, String name, String usage, CommandHandler handler) {
    return CommandDescriptor.of(opcode, name, usage).access(Access.UNRESERVED).by(handler);
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
