/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.PersistentReservations;
import io.lunette.scsi.device.Registrant;
import io.lunette.scsi.device.ReservationState;
import io.lunette.scsi.device.ReservationType;
import io.lunette.scsi.device.ScsiTask;
import io.lunette.scsi.device.TransportId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * PERSISTENT RESERVE IN: READ KEYS, READ RESERVATION, REPORT CAPABILITIES, READ FULL STATUS (SPC-4
 * §6.15). Conflicts with any RESERVE(6), whoever made it (SPC-2 §5.5.1).
 */
final class PersistentReserveIn {

  private static final String USAGE = "5E 1F 00 00 00 00 00 FF FF 00";

  /** CRH, SIP_C, ATP_C. */
  private static final int CAPABLE = 0x1C;

  /** RLR_C and PTPL_C: what is not kept cannot get lost. */
  private static final int DURABLE = 0x81;

  private static final int PTPL_A = 0x01;

  /** TMV, and ALLOW COMMANDS 011b: TEST UNIT READY, MODE SENSE and the like run. */
  private static final int TYPE_MASK_VALID = 0xB0;

  /** A bit for each type, in the order of the two bytes of the type mask. */
  private static final int ALL_TYPES = 0xEA01;

  private static final int FULL_STATUS_BYTES = 24;

  private PersistentReserveIn() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        row(0, "READ KEYS", PersistentReserveIn::readKeys),
        row(1, "READ RESERVATION", PersistentReserveIn::readReservation),
        row(2, "REPORT CAPABILITIES", PersistentReserveIn::reportCapabilities),
        row(3, "READ FULL STATUS", PersistentReserveIn::readFullStatus));
  }

  private static CommandDescriptor row(
      int serviceAction, String name, Function<PersistentReservations, ByteBuffer> data) {
    return CommandDescriptor.of(0x5E, serviceAction, "PERSISTENT RESERVE IN, " + name, USAGE)
        .by(
            task ->
                task.unit().legacyReservation().isHeld()
                    ? Outcome.RESERVATION_CONFLICT
                    : reply(task, data.apply(task.unit().persistentReservations())));
  }

  private static Outcome reply(ScsiTask task, ByteBuffer data) {
    return task.reply(data.rewind(), task.cdb().u16(7));
  }

  private static ByteBuffer readKeys(PersistentReservations from) {
    ReservationState state = from.state();
    ByteBuffer data = ByteBuffer.allocate(8 + 8 * state.keys().size());
    data.putInt(state.generation()).putInt(data.capacity() - 8);
    state.keys().values().forEach(data::putLong);
    return data;
  }

  private static ByteBuffer readReservation(PersistentReservations from) {
    ReservationState state = from.state();
    ReservationType type = state.type();
    ByteBuffer data = ByteBuffer.allocate(type == null ? 8 : 24);
    data.putInt(state.generation()).putInt(data.capacity() - 8);
    if (type != null) {
      data.putLong(type.heldByAll() ? 0 : state.keyOf(state.holder()));
      data.put(21, (byte) type.code());
    }
    return data;
  }

  private static ByteBuffer reportCapabilities(PersistentReservations from) {
    return ByteBuffer.allocate(8)
        .putShort((short) 8)
        .put((byte) (CAPABLE | (from.canOutlivePowerLoss() ? DURABLE : 0)))
        .put((byte) (TYPE_MASK_VALID | (from.state().keptOverPowerLoss() ? PTPL_A : 0)))
        .putShort((short) ALL_TYPES);
  }

  private static ByteBuffer readFullStatus(PersistentReservations from) {
    ReservationState state = from.state();
    ByteArrayOutputStream descriptors = new ByteArrayOutputStream();
    for (Map.Entry<Registrant, Long> each : state.keys().entrySet()) {
      descriptors.writeBytes(fullStatus(state, each.getKey(), each.getValue()));
    }
    return ByteBuffer.allocate(8 + descriptors.size())
        .putInt(state.generation())
        .putInt(descriptors.size())
        .put(descriptors.toByteArray());
  }

  /** ALL_TG_PT is zero: each nexus has a descriptor of its own. */
  private static byte[] fullStatus(ReservationState state, Registrant one, long key) {
    boolean holds = state.isHeldBy(one);
    byte[] transportId = TransportId.of(one.port());
    return ByteBuffer.allocate(FULL_STATUS_BYTES + transportId.length)
        .putLong(key)
        .putInt(0)
        .put((byte) (holds ? 1 : 0))
        .put((byte) (holds ? state.type().code() : 0))
        .putInt(0)
        .putShort((short) one.relativeTargetPort())
        .putInt(transportId.length)
        .put(transportId)
        .array();
  }
}
