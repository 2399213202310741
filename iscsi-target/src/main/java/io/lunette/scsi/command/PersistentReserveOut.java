/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.ClearOperation;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.PreemptOperation;
import io.lunette.scsi.device.Registrant;
import io.lunette.scsi.device.ReleaseOperation;
import io.lunette.scsi.device.ReplaceOperation;
import io.lunette.scsi.device.ReservationOperation;
import io.lunette.scsi.device.ReservationType;
import io.lunette.scsi.device.ReserveOperation;
import io.lunette.scsi.device.ScsiTask;
import java.util.List;
import java.util.function.BiFunction;

/**
 * PERSISTENT RESERVE OUT (SPC-4 §6.16): RESERVE, RELEASE, CLEAR, PREEMPT, PREEMPT AND ABORT and
 * REPLACE LOST RESERVATION, and what they share with the service actions that register ({@link
 * RegisterActions}).
 */
final class PersistentReserveOut {

  private static final String USAGE = "5F 1F FF 00 00 FF FF FF FF 00";
  private static final int KEY_BYTE = 0;
  private static final int ACTION_KEY_BYTE = 8;
  private static final int SPEC_I_PT_BYTE = 20;

  /** Makes of a command and its list an operation, or a refusal. */
  interface Action {
    Plan plan(ScsiTask task, ReservationList list);
  }

  /** One of the two, the other is null. */
  record Plan(ReservationOperation operation, Outcome refusal) {

    static Plan of(ReservationOperation operation) {
      return new Plan(operation, null);
    }

    static Plan refuse(Outcome refusal) {
      return new Plan(null, refusal);
    }

    static Plan refuseParameter(int byteIndex) {
      return refuse(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(byteIndex));
    }
  }

  private PersistentReserveOut() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        RegisterActions.register(),
        row(
            1,
            "RESERVE",
            typed((task, list) -> new ReserveOperation(by(task), list.key(), type(task)))),
        row(
            2,
            "RELEASE",
            typed((task, list) -> new ReleaseOperation(by(task), list.key(), type(task)))),
        row(3, "CLEAR", basic((task, list) -> new ClearOperation(by(task), list.key()))),
        row(4, "PREEMPT", basic((task, list) -> preempt(task, list, false))),
        row(5, "PREEMPT AND ABORT", basic((task, list) -> preempt(task, list, true))),
        RegisterActions.registerAndIgnore(),
        RegisterActions.registerAndMove(),
        row(8, "REPLACE LOST RESERVATION", PersistentReserveOut::replace, Access.UNRESERVED));
  }

  static CommandDescriptor row(int serviceAction, String name, Action action) {
    return row(serviceAction, name, action, Access.STATUS);
  }

  private static CommandDescriptor row(
      int serviceAction, String name, Action action, Access access) {
    return CommandDescriptor.of(0x5F, serviceAction, "PERSISTENT RESERVE OUT, " + name, USAGE)
        .access(access)
        .dataOut(task -> task.cdb().u32(5))
        .by(task -> run(task, action));
  }

  private static Outcome run(ScsiTask task, Action action) {
    ReservationList list = ReservationList.of(task);
    if (list == null) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    Plan plan = action.plan(task, list);
    if (plan.refusal() != null) {
      return plan.refusal();
    }
    if (task.unit().legacyReservation().isHeld()) {
      return Outcome.RESERVATION_CONFLICT;
    }
    task.unit().persistentReservations().perform(plan.operation(), task::end);
    return Outcome.LATER;
  }

  static Registrant by(ScsiTask task) {
    return task.nexus().registrant();
  }

  /** The type asked for, with the scope of a logical unit; null if there is no such thing. */
  private static ReservationType type(ScsiTask task) {
    return ReservationType.find(task.cdb().u8(2));
  }

  private static PreemptOperation preempt(ScsiTask task, ReservationList list, boolean abort) {
    return new PreemptOperation(by(task), list.key(), list.actionKey(), type(task), abort);
  }

  /** Runs while reservations are lost, which keeps all others out. */
  private static Plan replace(ScsiTask task, ReservationList list) {
    Outcome refusal = checkBasic(list);
    if (refusal != null) {
      return Plan.refuse(refusal);
    }
    if (type(task) == null) {
      return Plan.refuse(Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 7));
    }
    if (list.key() != 0 || list.actionKey() == 0) {
      return Plan.refuseParameter(list.key() != 0 ? KEY_BYTE : ACTION_KEY_BYTE);
    }
    return Plan.of(new ReplaceOperation(by(task), list.actionKey(), type(task), list.isKept()));
  }

  /** SPEC_I_PT is for REGISTER alone; ALL_TG_PT and APTPL are ignored where they do not apply. */
  static Outcome checkBasic(ReservationList list) {
    if (list.specifiesPorts()) {
      return Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(SPEC_I_PT_BYTE);
    }
    return list.isBasic() ? null : Sense.PARAMETER_LIST_LENGTH;
  }

  private static Action basic(BiFunction<ScsiTask, ReservationList, ReservationOperation> made) {
    return (task, list) -> {
      Outcome refusal = checkBasic(list);
      return refusal != null ? Plan.refuse(refusal) : Plan.of(made.apply(task, list));
    };
  }

  private static Action typed(BiFunction<ScsiTask, ReservationList, ReservationOperation> made) {
    Action basic = basic(made);
    return (task, list) ->
        type(task) == null
            ? Plan.refuse(Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 7))
            : basic.plan(task, list);
  }
}
