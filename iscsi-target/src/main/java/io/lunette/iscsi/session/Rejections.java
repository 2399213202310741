/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduHeader;
import io.lunette.iscsi.pdu.PduWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/** Reject PDUs (RFC 7143 §11.17): the reason, and the header of what is rejected. */
final class Rejections {

  static final int PROTOCOL_ERROR = 0x04;
  static final int COMMAND_NOT_SUPPORTED = 0x05;
  static final int IMMEDIATE_COMMAND = 0x06;
  static final int TASK_IN_PROGRESS = 0x07;

  private final Channel channel;
  private final PduWriter writer;
  private final CommandWindow window;

  Rejections(Channel channel, PduWriter writer, CommandWindow window) {
    this.channel = channel;
    this.writer = writer;
    this.window = window;
  }

  void send(int reason, PduHeader rejected) {
    ByteBuf header = writer.header(Opcode.REJECT, Bhs.FINAL);
    header
        .setByte(Bhs.RESPONSE, reason)
        .setInt(Bhs.ITT, Bhs.NO_TAG)
        .setInt(Bhs.STAT_SN, window.nextStatSn())
        .setInt(Bhs.EXP_CMD_SN, window.expCmdSn())
        .setInt(Bhs.MAX_CMD_SN, window.maxCmdSn());
    writer.write(
        header, channel.alloc().directBuffer(Bhs.BYTES).writeBytes(rejected.raw(), 0, Bhs.BYTES));
  }
}
