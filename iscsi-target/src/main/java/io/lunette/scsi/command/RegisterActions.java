/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.command.PersistentReserveOut.Plan;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.InitiatorPort;
import io.lunette.scsi.device.MoveOperation;
import io.lunette.scsi.device.RegisterOperation;
import io.lunette.scsi.device.Registrant;
import io.lunette.scsi.device.ScsiTask;
import io.lunette.scsi.device.TargetPort;
import io.lunette.scsi.device.TransportId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The service actions of PERSISTENT RESERVE OUT that register: REGISTER, REGISTER AND IGNORE
 * EXISTING KEY, REGISTER AND MOVE (SPC-4 §5.13.7, §5.13.8).
 */
final class RegisterActions {

  private static final int FLAGS_BYTE = 20;
  private static final int MOVE_FLAGS_BYTE = 17;
  private static final int MOVE_PORT_BYTE = 18;
  private static final int MOVED_BYTE = 24;

  private RegisterActions() {}

  static CommandDescriptor register() {
    return PersistentReserveOut.row(0, "REGISTER", RegisterActions::register);
  }

  static CommandDescriptor registerAndIgnore() {
    return PersistentReserveOut.row(
        6, "REGISTER AND IGNORE EXISTING KEY", RegisterActions::registerAndIgnore);
  }

  static CommandDescriptor registerAndMove() {
    return PersistentReserveOut.row(7, "REGISTER AND MOVE", RegisterActions::move);
  }

  private static Plan register(ScsiTask task, ReservationList list) {
    OptionalLong key = OptionalLong.of(list.key());
    if (!list.specifiesPorts()) {
      return list.isBasic()
          ? planned(task, list, key, Set.of())
          : Plan.refuse(Sense.PARAMETER_LIST_LENGTH);
    }
    Optional<List<TransportId>> ids = list.transportIds();
    if (ids.isEmpty()) {
      return Plan.refuseParameter(ReservationList.TRANSPORT_IDS_LENGTH);
    }
    Set<Registrant> others = new LinkedHashSet<>();
    for (TransportId id : ids.get()) {
      ports(task, id).forEach(port -> others.addAll(nexuses(task, list, port)));
    }
    return planned(task, list, key, others);
  }

  private static Plan registerAndIgnore(ScsiTask task, ReservationList list) {
    Outcome refusal = PersistentReserveOut.checkBasic(list);
    return refusal != null
        ? Plan.refuse(refusal)
        : planned(task, list, OptionalLong.empty(), Set.of());
  }

  private static Plan planned(
      ScsiTask task, ReservationList list, OptionalLong expectedKey, Set<Registrant> others) {
    return cannotKeep(task, list.isKept())
        ? Plan.refuseParameter(FLAGS_BYTE)
        : Plan.of(operation(task, list, expectedKey, others));
  }

  private static boolean cannotKeep(ScsiTask task, boolean wanted) {
    return wanted && !task.unit().persistentReservations().canOutlivePowerLoss();
  }

  private static RegisterOperation operation(
      ScsiTask task, ReservationList list, OptionalLong expectedKey, Set<Registrant> others) {
    Registrant by = PersistentReserveOut.by(task);
    Set<Registrant> siblings = nexuses(task, list, by.port());
    siblings.remove(by);
    return new RegisterOperation(
        by, expectedKey, list.actionKey(), siblings, others, list.specifiesPorts(), list.isKept());
  }

  /** A TransportID without a port stands for every port of its initiator that is known here. */
  private static Set<InitiatorPort> ports(ScsiTask task, TransportId id) {
    return id.port()
        .map(Set::of)
        .orElseGet(() -> task.unit().persistentReservations().knownPorts(id.nodeName()));
  }

  /** An initiator port through the target port of this nexus, or with ALL_TG_PT through each. */
  private static Set<Registrant> nexuses(ScsiTask task, ReservationList list, InitiatorPort port) {
    Set<Registrant> through = new LinkedHashSet<>();
    if (list.isForAllTargetPorts()) {
      for (TargetPort each : task.inventory().targetPorts()) {
        through.add(new Registrant(port, each.relativeId()));
      }
    } else {
      through.add(new Registrant(port, task.nexus().relativePort()));
    }
    return through;
  }

  /** The port has to be one: of an initiator without a port, the only one that is known. */
  private static Plan move(ScsiTask task, ReservationList list) {
    if (list.isBasic()) {
      return Plan.refuse(Sense.PARAMETER_LIST_LENGTH);
    }
    Optional<TransportId> moved = list.moved();
    if (moved.isEmpty()) {
      return Plan.refuseParameter(ReservationList.MOVED_LENGTH);
    }
    List<InitiatorPort> ports = List.copyOf(ports(task, moved.get()));
    if (ports.size() != 1) {
      return Plan.refuseParameter(MOVED_BYTE);
    }
    if (task.inventory().targetPort(list.movedRelativePort()) == null) {
      return Plan.refuseParameter(MOVE_PORT_BYTE);
    }
    if (cannotKeep(task, list.isMovedKept())) {
      return Plan.refuseParameter(MOVE_FLAGS_BYTE);
    }
    return Plan.of(
        new MoveOperation(
            PersistentReserveOut.by(task),
            list.key(),
            list.actionKey(),
            new Registrant(ports.get(0), list.movedRelativePort()),
            list.movesAndUnregisters(),
            list.isMovedKept()));
  }
}
