/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.InitiatorPort;
import io.lunette.scsi.device.PersistentReservations;
import io.lunette.scsi.device.ReservationType;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * PERSISTENT RESERVE OUT (SPC-4 §6.16). SPEC_I_PT and APTPL are not offered: REPORT CAPABILITIES
 * says so and a list that asks for them is refused. ALL_TG_PT is accepted, for there is one port.
 */
final class PersistentReserveOut {

  private static final String USAGE = "5F 1F FF 00 00 FF FF FF FF 00";
  private static final int PARAMETER_LIST = 24;
  private static final int MOVE_HEADER = 24;
  private static final int SPEC_I_PT = 0x08;
  private static final int APTPL = 0x01;
  private static final int UNREG = 0x02;

  /** What a service action does once the parameter list has been read. */
  private interface Action {
    Outcome run(ScsiTask task, PersistentReservations on, long key, long actionKey);
  }

  private PersistentReserveOut() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        row(0, "REGISTER", (t, on, key, to) -> on.register(t.nexus(), key, to)),
        row(1, "RESERVE", (t, on, key, to) -> on.reserve(t.nexus(), key, type(t))),
        row(2, "RELEASE", (t, on, key, to) -> on.release(t.nexus(), key, type(t))),
        row(3, "CLEAR", (t, on, key, to) -> on.clear(t.nexus(), key)),
        row(4, "PREEMPT", PersistentReserveOut::preempt),
        row(5, "PREEMPT AND ABORT", PersistentReserveOut::preemptAndAbort),
        row(
            6,
            "REGISTER AND IGNORE EXISTING KEY",
            (t, on, key, to) -> on.register(t.nexus(), null, to)),
        CommandDescriptor.of(0x5F, 7, "PERSISTENT RESERVE OUT, REGISTER AND MOVE", USAGE)
            .dataOut(task -> task.cdb().u32(5))
            .by(PersistentReserveOut::registerAndMove));
  }

  private static CommandDescriptor row(int serviceAction, String name, Action action) {
    return CommandDescriptor.of(0x5F, serviceAction, "PERSISTENT RESERVE OUT, " + name, USAGE)
        .dataOut(task -> task.cdb().u32(5))
        .by(task -> run(task, serviceAction, action));
  }

  private static ReservationType type(ScsiTask task) {
    return ReservationType.find(task.cdb().u8(2) & 0x0F);
  }

  private static Outcome run(ScsiTask task, int serviceAction, Action action) {
    if (task.cdb().u32(5) != PARAMETER_LIST || task.dataOut().remaining() < PARAMETER_LIST) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    boolean takesType =
        serviceAction == 1 || serviceAction == 2 || serviceAction == 4 || serviceAction == 5;
    if (takesType && (type(task) == null || (task.cdb().u8(2) & 0xF0) != 0)) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 7);
    }
    ByteBuffer list = task.dataOut().slice();
    boolean registers = serviceAction == 0 || serviceAction == 6;
    if (registers && (list.get(20) & (SPEC_I_PT | APTPL)) != 0) {
      return Sense.INVALID_FIELD_IN_PARAMETERS;
    }
    if (task.unit().legacyReservation().isHeld()) {
      return Outcome.RESERVATION_CONFLICT;
    }
    return action.run(task, task.unit().persistentReservations(), list.getLong(0), list.getLong(8));
  }

  private static Outcome preempt(
      ScsiTask task, PersistentReservations on, long key, long victimKey) {
    return on.preempt(task.nexus(), key, victimKey, type(task), new ArrayList<>());
  }

  /** As PREEMPT; then every command of the nexuses that lost their registration is aborted. */
  private static Outcome preemptAndAbort(
      ScsiTask task, PersistentReservations on, long key, long victimKey) {
    List<InitiatorPort> victims = new ArrayList<>();
    Outcome outcome = on.preempt(task.nexus(), key, victimKey, type(task), victims);
    task.unit().abortTasksOf(victims, task.nexus());
    return outcome;
  }

  private static Outcome registerAndMove(ScsiTask task) {
    ByteBuffer list = task.dataOut().slice();
    if (task.cdb().u32(5) < MOVE_HEADER + 24 || list.remaining() < MOVE_HEADER + 24) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    int transportIdBytes = list.getInt(20);
    if (transportIdBytes < 24 || transportIdBytes > list.remaining() - MOVE_HEADER) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    if ((list.get(17) & APTPL) != 0) {
      return Sense.INVALID_FIELD_IN_PARAMETERS;
    }
    byte[] transportId = new byte[transportIdBytes];
    list.get(MOVE_HEADER, transportId);
    return task.unit()
        .persistentReservations()
        .registerAndMove(
            task.nexus(),
            list.getLong(0),
            list.getLong(8),
            (list.get(17) & UNREG) != 0,
            new InitiatorPort("moved to", transportId),
            list.getShort(18) & 0xFFFF);
  }
}
