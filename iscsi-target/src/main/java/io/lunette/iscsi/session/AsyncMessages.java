/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.login.SessionParameters;
import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduWriter;
import io.netty.buffer.ByteBuf;

/**
 * Asynchronous messages (RFC 7143 §11.9): what the target says about the session without being
 * asked. Of the events, the request to log out and the notice that the session is dropped are sent;
 * SCSI events are not, for unit attentions say the same. Owned by the connection's event loop.
 */
final class AsyncMessages {

  private static final int LOGOUT_REQUEST = 1;
  private static final int DROPS_SESSION = 3;

  private final PduWriter writer;
  private final CommandWindow window;
  private final SessionParameters parameters;

  AsyncMessages(PduWriter writer, CommandWindow window, SessionParameters parameters) {
    this.writer = writer;
    this.window = window;
    this.parameters = parameters;
  }

  /** Asks the initiator to log out within so many seconds. */
  void requestLogout(int seconds) {
    send(LOGOUT_REQUEST, 0, 0, seconds);
  }

  /** Says that the session ends now, and when a new one may be tried. */
  void dropSession() {
    send(DROPS_SESSION, 0, parameters.defaultTime2Wait(), 0);
  }

  private void send(int event, int first, int second, int third) {
    ByteBuf header = writer.header(Opcode.ASYNC_MESSAGE, Bhs.FINAL);
    header
        .setInt(Bhs.ITT, Bhs.NO_TAG)
        .setInt(Bhs.STAT_SN, window.nextStatSn())
        .setInt(Bhs.EXP_CMD_SN, window.expCmdSn())
        .setInt(Bhs.MAX_CMD_SN, window.maxCmdSn())
        .setByte(Bhs.ASYNC_EVENT, event)
        .setShort(Bhs.ASYNC_PARAMETERS, first)
        .setShort(Bhs.ASYNC_PARAMETERS + 2, second)
        .setShort(Bhs.ASYNC_PARAMETERS + 4, third);
    writer.write(header);
  }
}
