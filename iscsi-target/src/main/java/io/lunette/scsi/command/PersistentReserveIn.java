/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.PersistentReservations.Registration;
import io.lunette.scsi.device.PersistentReservations.State;
import io.lunette.scsi.device.ReservationType;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * PERSISTENT RESERVE IN: READ KEYS, READ RESERVATION, REPORT CAPABILITIES, READ FULL STATUS (SPC-4
 * §6.15).
 */
final class PersistentReserveIn {

  private static final String USAGE = "5E 1F 00 00 00 00 00 FF FF 00";

  /** CRH, ATP_C; SPEC_I_PT and APTPL are not offered. */
  private static final int CAPABLE = 0x14;

  /** TMV, and ALLOW COMMANDS 011b: TEST UNIT READY, MODE SENSE and the like run. */
  private static final int TYPE_MASK_VALID = 0xB0;

  /** A bit for each type, in the order of the two bytes of the type mask. */
  private static final int ALL_TYPES = 0xEA01;

  private PersistentReserveIn() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x5E, 0, "PERSISTENT RESERVE IN, READ KEYS", USAGE)
            .by(PersistentReserveIn::readKeys),
        CommandDescriptor.of(0x5E, 1, "PERSISTENT RESERVE IN, READ RESERVATION", USAGE)
            .by(PersistentReserveIn::readReservation),
        CommandDescriptor.of(0x5E, 2, "PERSISTENT RESERVE IN, REPORT CAPABILITIES", USAGE)
            .by(PersistentReserveIn::reportCapabilities),
        CommandDescriptor.of(0x5E, 3, "PERSISTENT RESERVE IN, READ FULL STATUS", USAGE)
            .by(PersistentReserveIn::readFullStatus));
  }

  private static State state(ScsiTask task) {
    return task.unit().persistentReservations().state();
  }

  private static Outcome readKeys(ScsiTask task) {
    State state = state(task);
    ByteBuffer data = ByteBuffer.allocate(8 + 8 * state.registrations().size());
    data.putInt(state.generation()).putInt(data.capacity() - 8);
    state.registrations().values().forEach(each -> data.putLong(each.key()));
    return task.reply(data.flip(), task.cdb().u16(7));
  }

  private static Outcome readReservation(ScsiTask task) {
    State state = state(task);
    ReservationType type = state.type();
    ByteBuffer data = ByteBuffer.allocate(type == null ? 8 : 24);
    data.putInt(state.generation()).putInt(data.capacity() - 8);
    if (type != null) {
      data.putLong(type.heldByAll() ? 0 : state.of(state.holder()).key());
      data.put(21, (byte) type.code());
    }
    return task.reply(data.rewind(), task.cdb().u16(7));
  }

  private static Outcome reportCapabilities(ScsiTask task) {
    ByteBuffer data = ByteBuffer.allocate(8);
    data.putShort((short) 8)
        .put((byte) CAPABLE)
        .put((byte) TYPE_MASK_VALID)
        .putShort((short) ALL_TYPES);
    return task.reply(data.rewind(), task.cdb().u16(7));
  }

  private static Outcome readFullStatus(ScsiTask task) {
    State state = state(task);
    int bytes = 8;
    for (Registration each : state.registrations().values()) {
      bytes += 24 + each.port().transportId().length;
    }
    ByteBuffer data = ByteBuffer.allocate(bytes);
    data.putInt(state.generation()).putInt(bytes - 8);
    for (Registration each : state.registrations().values()) {
      boolean holds = state.isHeldBy(each.port());
      byte[] transportId = each.port().transportId();
      data.putLong(each.key())
          .putInt(0)
          .put((byte) (holds ? 1 : 0))
          .put((byte) (holds ? state.type().code() : 0))
          .putInt(0)
          .putShort((short) each.relativePort())
          .putInt(transportId.length)
          .put(transportId);
    }
    return task.reply(data.flip(), task.cdb().u16(7));
  }
}
