/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.device.ScsiTask;
import io.lunette.scsi.device.TransportId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The parameter list of PERSISTENT RESERVE OUT, read in place: the basic one (SPC-4 §6.16.3) and
 * that of REGISTER AND MOVE (§6.16.4), which share the keys.
 *
 * <pre>
 *            basic                                  REGISTER AND MOVE
 *  byte  0   RESERVATION KEY                        the same
 *        8   SERVICE ACTION RESERVATION KEY         the same
 *       17                                          UNREG (1), APTPL (0)
 *       18                                          RELATIVE TARGET PORT IDENTIFIER
 *       20   SPEC_I_PT (3), ALL_TG_PT (2), APTPL (0)   TRANSPORTID PARAMETER DATA LENGTH
 *       24   with SPEC_I_PT: length of the rest     TransportID
 *       28   TransportIDs
 * </pre>
 */
final class ReservationList {

  static final int TRANSPORT_IDS_LENGTH = 24;
  static final int MOVED_LENGTH = 20;

  private static final int BASIC_BYTES = 24;
  private static final int FLAGS = 20;
  private static final int TRANSPORT_IDS = 28;
  private static final int MOVE_FLAGS = 17;
  private static final int MOVE_PORT = 18;
  private static final int MOVED = 24;
  private static final int SPEC_I_PT = 0x08;
  private static final int ALL_TG_PT = 0x04;
  private static final int APTPL = 0x01;
  private static final int UNREG = 0x02;

  private final ByteBuffer bytes;

  private ReservationList(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /** The list of a command; null if it is shorter than any, or not all of it was sent. */
  static ReservationList of(ScsiTask task) {
    long announced = task.cdb().u32(5);
    ByteBuffer sent = task.dataOut().slice();
    return announced < BASIC_BYTES || sent.remaining() < announced
        ? null
        : new ReservationList(sent.slice(0, (int) announced));
  }

  boolean isBasic() {
    return bytes.limit() == BASIC_BYTES;
  }

  long key() {
    return bytes.getLong(0);
  }

  long actionKey() {
    return bytes.getLong(8);
  }

  boolean specifiesPorts() {
    return has(FLAGS, SPEC_I_PT);
  }

  boolean isForAllTargetPorts() {
    return has(FLAGS, ALL_TG_PT);
  }

  boolean isKept() {
    return has(FLAGS, APTPL);
  }

  /** The ports that SPEC_I_PT adds; empty if the lengths or any of them are not right. */
  Optional<List<TransportId>> transportIds() {
    return bytes.limit() >= TRANSPORT_IDS
            && bytes.getInt(TRANSPORT_IDS_LENGTH) == bytes.limit() - TRANSPORT_IDS
        ? TransportId.readAll(from(TRANSPORT_IDS))
        : Optional.empty();
  }

  boolean movesAndUnregisters() {
    return has(MOVE_FLAGS, UNREG);
  }

  boolean isMovedKept() {
    return has(MOVE_FLAGS, APTPL);
  }

  int movedRelativePort() {
    return bytes.getShort(MOVE_PORT) & 0xFFFF;
  }

  /**
   * The port that REGISTER AND MOVE names; empty if it is not one, or the lengths are not right.
   */
  Optional<TransportId> moved() {
    return bytes.getInt(MOVED_LENGTH) == bytes.limit() - MOVED
        ? TransportId.readAll(from(MOVED)).filter(all -> all.size() == 1).map(all -> all.get(0))
        : Optional.empty();
  }

  private boolean has(int index, int mask) {
    return (bytes.get(index) & mask) != 0;
  }

  private ByteBuffer from(int start) {
    return bytes.slice(start, bytes.limit() - start);
  }
}
