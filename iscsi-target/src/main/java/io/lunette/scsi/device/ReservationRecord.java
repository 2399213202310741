/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is kept of a reservation state while APTPL is active. Numbers are big-endian. PRGENERATION
 * is not kept: a power loss sets it to zero (SPC-4 §6.15.2).
 *
 * <pre>
 *  byte 0  version, 1
 *       1  type of the reservation; 0 for none
 *       2  number of registrations                        u16
 *       4  index of the one that holds; FFFFh for none    u16
 *       6  for each registration:
 *            reservation key                              u64
 *            relative target port                         u16
 *            ISID                                         u64
 *            length of the initiator's name, the name     u16, UTF-8
 * </pre>
 *
 * <p>An empty record says that nothing is kept.
 */
final class ReservationRecord {

  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 6;
  private static final int ENTRY_BYTES = 20;
  private static final int NO_HOLDER = 0xFFFF;
  private static final int NAME_BYTES_MAX = 223;

  private ReservationRecord() {}

  static byte[] encode(ReservationState state) {
    if (!state.keptOverPowerLoss()) {
      return new byte[0];
    }
    List<byte[]> names = new ArrayList<>();
    int bytes = HEADER_BYTES;
    int holder = NO_HOLDER;
    for (Registrant each : state.keys().keySet()) {
      if (each.equals(state.holder())) {
        holder = names.size();
      }
      byte[] name = each.port().nodeName().getBytes(StandardCharsets.UTF_8);
      names.add(name);
      bytes += ENTRY_BYTES + name.length;
    }
    ByteBuffer out = ByteBuffer.allocate(bytes);
    out.put((byte) VERSION)
        .put((byte) (state.type() == null ? 0 : state.type().code()))
        .putShort((short) names.size())
        .putShort((short) holder);
    int index = 0;
    for (Map.Entry<Registrant, Long> each : state.keys().entrySet()) {
      byte[] name = names.get(index++);
      out.putLong(each.getValue())
          .putShort((short) each.getKey().relativeTargetPort())
          .putLong(each.getKey().port().isid())
          .putShort((short) name.length)
          .put(name);
    }
    return out.array();
  }

  /**
   * The state that a restart finds.
   *
   * @throws IOException if it is none that this version writes
   */
  static ReservationState decode(byte[] record) throws IOException {
    if (record.length == 0) {
      return ReservationState.NONE;
    }
    try {
      return decode(ByteBuffer.wrap(record));
    } catch (BufferUnderflowException e) {
      throw new IOException("a record of reservations that is too short", e);
    }
  }

  private static ReservationState decode(ByteBuffer in) throws IOException {
    int version = in.get();
    if (version != VERSION) {
      throw new IOException("version " + version + " of a record of reservations");
    }
    int code = in.get() & 0xFF;
    ReservationType type = ReservationType.find(code);
    int count = in.getShort() & 0xFFFF;
    int holderIndex = in.getShort() & 0xFFFF;
    Map<Registrant, Long> keys = new LinkedHashMap<>();
    Registrant holder = null;
    for (int i = 0; i < count; i++) {
      long key = in.getLong();
      Registrant registrant = registrant(in);
      if (key == 0 || keys.put(registrant, key) != null) {
        throw new IOException("a registration without a key, or twice the same");
      }
      if (i == holderIndex) {
        holder = registrant;
      }
    }
    boolean consistent =
        (type != null || code == 0)
            && (holder != null) == (type != null && !type.heldByAll())
            && (holder != null || holderIndex == NO_HOLDER)
            && (type == null || !keys.isEmpty());
    if (!consistent || in.hasRemaining()) {
      throw new IOException("a record of reservations that contradicts itself");
    }
    return new ReservationState(0, true, Collections.unmodifiableMap(keys), holder, type);
  }

  private static Registrant registrant(ByteBuffer in) throws IOException {
    int relativePort = in.getShort() & 0xFFFF;
    long isid = in.getLong();
    int length = in.getShort() & 0xFFFF;
    if (length > NAME_BYTES_MAX) {
      throw new IOException("an initiator's name of " + length + " bytes");
    }
    byte[] name = new byte[length];
    in.get(name);
    return new Registrant(
        new InitiatorPort(new String(name, StandardCharsets.UTF_8), isid), relativePort);
  }
}
