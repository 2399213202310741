/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduHeader;
import io.lunette.iscsi.pdu.PduWriter;
import io.netty.buffer.ByteBuf;

/** Reject PDUs (RFC 7143 §11.17): the reason, and the header of what is rejected. */
final class Rejections {

  static final int DATA_DIGEST_ERROR = 0x02;
  static final int SNACK_REJECT = 0x03;
  static final int PROTOCOL_ERROR = 0x04;
  static final int COMMAND_NOT_SUPPORTED = 0x05;
  static final int IMMEDIATE_COMMAND = 0x06;
  static final int TASK_IN_PROGRESS = 0x07;
  static final int INVALID_PDU_FIELD = 0x09;

  private final IscsiConnection connection;
  private final CommandWindow window;

  Rejections(IscsiConnection connection, CommandWindow window) {
    this.connection = connection;
    this.window = window;
  }

  /** Rejects a PDU that breaks the protocol, and the connection with it (RFC 7143 §7.7). */
  void fatal(int reason, PduHeader rejected, String what) {
    if (!connection.isClosing()) {
      send(reason, rejected);
      connection.violated(what);
    }
  }

  void send(int reason, PduHeader rejected) {
    PduWriter writer = connection.writer();
    ByteBuf header = writer.header(Opcode.REJECT, Bhs.FINAL);
    header
        .setByte(Bhs.RESPONSE, reason)
        .setInt(Bhs.ITT, Bhs.NO_TAG)
        .setInt(Bhs.STAT_SN, window.nextStatSn())
        .setInt(Bhs.EXP_CMD_SN, window.expCmdSn())
        .setInt(Bhs.MAX_CMD_SN, window.maxCmdSn());
    ByteBuf copy = connection.channel().alloc().directBuffer(Bhs.BYTES);
    writer.write(header, copy.writeBytes(rejected.raw(), 0, Bhs.BYTES));
  }
}
