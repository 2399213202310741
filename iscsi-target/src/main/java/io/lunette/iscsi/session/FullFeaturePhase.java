/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.login.SessionParameters;
import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduFault;
import io.lunette.iscsi.pdu.PduHeader;
import io.lunette.iscsi.pdu.PduWriter;
import io.lunette.scsi.Sense;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** The full-feature phase (RFC 7143 §4.3): each PDU goes to who knows what to do with it. */
final class FullFeaturePhase implements Phase {

  private static final int CLOSE_CONNECTION = 1;
  private static final int RECOVERY = 2;
  private static final int LOGOUT_DONE = 0;
  private static final int CID_NOT_FOUND = 1;
  private static final int RECOVERY_NOT_SUPPORTED = 2;

  /** Data of a command that has not moved for so many ticks, two times of silence, never will. */
  private static final int STANDSTILL_TICKS = 8;

  private final IscsiConnection connection;
  private final Session session;
  private final SessionParameters parameters;
  private final CommandWindow window;
  private final Rejections rejections;
  private final CommandFlow flow;
  private final TaskManagement management;
  private final TextExchange texts;
  private final AsyncMessages messages;
  private ByteBuf segment;
  private boolean leaving;
  private boolean closed;
  private CompletableFuture<Void> left;

  FullFeaturePhase(
      IscsiConnection connection,
      Session session,
      SessionParameters parameters,
      int firstCmdSn,
      int firstStatSn) {
    this.connection = connection;
    this.session = session;
    this.parameters = parameters;
    this.window =
        new CommandWindow(connection.node().limits().commandWindow(), firstCmdSn, firstStatSn);
    this.rejections = new Rejections(connection, window);
    this.flow = new CommandFlow(connection, session, parameters, window, rejections);
    this.management = new TaskManagement(connection, session, window, flow);
    this.texts =
        new TextExchange(
            connection, session, window, parameters.initiatorSegmentBytes(), rejections);
    this.messages = new AsyncMessages(connection.writer(), window, parameters);
  }

  IscsiConnection connection() {
    return connection;
  }

  SessionParameters parameters() {
    return parameters;
  }

  long commands() {
    return flow.commands();
  }

  int outstanding() {
    return flow.outstanding();
  }

  @Override
  public ByteBuf segmentTarget(PduHeader header) {
    return switch (header.opcode()) {
      case Opcode.SCSI_COMMAND -> flow.commandData(header);
      case Opcode.DATA_OUT -> flow.dataOutTarget(header);
      case Opcode.NOP_OUT, Opcode.TEXT_REQUEST -> {
        int bytes = Math.min(header.dataBytes(), parameters.initiatorSegmentBytes());
        segment =
            connection
                .channel()
                .alloc()
                .directBuffer(header.opcode() == Opcode.NOP_OUT ? bytes : header.dataBytes());
        yield segment;
      }
      default -> null;
    };
  }

  @Override
  public void received(PduHeader header, ByteBuf data) {
    if (leaving || connection.isClosing()) {
      dropSegment();
      return;
    }
    if (header.ahsBytes() > 0 && !AdditionalHeaders.areLegal(header)) {
      rejections.fatal(
          Rejections.INVALID_PDU_FIELD, header, "additional header segments that are not legal");
      dropSegment();
      return;
    }
    switch (header.opcode()) {
      case Opcode.SCSI_COMMAND -> flow.command(header);
      case Opcode.DATA_OUT -> flow.dataOut(header);
      case Opcode.NOP_OUT -> nopOut(header);
      case Opcode.TASK_MANAGEMENT_REQUEST -> {
        if (isNext(header)) {
          management.request(header);
        }
      }
      case Opcode.TEXT_REQUEST -> {
        if (isNext(header)) {
          texts.request(header, data);
        }
      }
      case Opcode.LOGOUT_REQUEST -> {
        if (isNext(header)) {
          logout(header);
        }
      }
      case Opcode.LOGIN_REQUEST ->
          rejections.fatal(Rejections.PROTOCOL_ERROR, header, "a login request after the login");
      case Opcode.SNACK_REQUEST -> rejections.send(Rejections.SNACK_REJECT, header);
      default -> rejections.send(Rejections.COMMAND_NOT_SUPPORTED, header);
    }
    dropSegment();
  }

  private void dropSegment() {
    if (segment != null) {
      segment.release();
      segment = null;
    }
  }

  private boolean isNext(PduHeader header) {
    return switch (window.judge(header)) {
      case TAKE -> true;
      case IGNORE -> false;
      case GAP -> {
        rejections.fatal(Rejections.PROTOCOL_ERROR, header, "a gap in CmdSN");
        yield false;
      }
    };
  }

  /** A NOP-Out with a task tag asks for an answer; one without is an answer (RFC 7143 §11.18). */
  private void nopOut(PduHeader header) {
    if (header.itt() == Bhs.NO_TAG && !header.isImmediate()) {
      rejections.fatal(
          Rejections.INVALID_PDU_FIELD, header, "a NOP-Out that takes a CmdSN and has no task tag");
      return;
    }
    if (header.itt() == Bhs.NO_TAG || !isNext(header)) {
      return;
    }
    PduWriter writer = connection.writer();
    ByteBuf answer = writer.header(Opcode.NOP_IN, Bhs.FINAL);
    answer
        .setInt(Bhs.ITT, header.itt())
        .setInt(Bhs.TTT, Bhs.NO_TAG)
        .setInt(Bhs.STAT_SN, window.nextStatSn())
        .setInt(Bhs.EXP_CMD_SN, window.expCmdSn())
        .setInt(Bhs.MAX_CMD_SN, window.maxCmdSn());
    if (segment == null) {
      writer.write(answer);
    } else {
      writer.write(answer, segment);
      segment = null;
    }
  }

  /** Answers when no command is under way any more, then closes (RFC 7143 §11.14). */
  private void logout(PduHeader header) {
    int reason = header.flags() & 0x7F;
    int itt = header.itt();
    if (reason > RECOVERY) {
      rejections.fatal(Rejections.INVALID_PDU_FIELD, header, "a logout for an unknown reason");
      return;
    }
    if (reason == CLOSE_CONNECTION && header.u16(Bhs.CID) != session.cid()) {
      logoutResponse(itt, CID_NOT_FOUND);
      return;
    }
    if (reason == RECOVERY) {
      logoutResponse(itt, RECOVERY_NOT_SUPPORTED);
      return;
    }
    leaving = true;
    flow.abort(
        task -> true,
        () -> {
          if (!connection.isClosing()) {
            logoutResponse(itt, LOGOUT_DONE);
            connection.closeAfterFlush();
          }
        });
  }

  /** Asks the initiator to log out; it is served meanwhile. */
  void requestLogout(int seconds) {
    if (!closed && !leaving && !connection.isClosing()) {
      messages.requestLogout(seconds);
      connection.writer().flush();
    }
  }

  /** Ends the session, and says so. */
  void drop() {
    if (!closed && !connection.isClosing()) {
      messages.dropSession();
      connection.closeAfterFlush();
    }
  }

  /** The session goes on through another connection once the commands of this one have ended. */
  void leaveTo(CompletableFuture<Void> gone) {
    if (closed || left != null) {
      gone.completeExceptionally(new IllegalStateException("the session ends"));
      return;
    }
    left = gone;
    connection.channel().close();
  }

  private void logoutResponse(int itt, int response) {
    PduWriter writer = connection.writer();
    ByteBuf header = writer.header(Opcode.LOGOUT_RESPONSE, Bhs.FINAL);
    header
        .setByte(Bhs.RESPONSE, response)
        .setInt(Bhs.ITT, itt)
        .setInt(Bhs.STAT_SN, window.nextStatSn())
        .setInt(Bhs.EXP_CMD_SN, window.expCmdSn())
        .setInt(Bhs.MAX_CMD_SN, window.maxCmdSn())
        .setShort(Bhs.TIME_2_WAIT, parameters.defaultTime2Wait());
    writer.write(header);
  }

  /**
   * Aborts tasks.
   *
   * @param attention what waits on a nexus that lost one; null for nothing
   */
  void abort(Predicate<IscsiTask> which, Sense attention, Runnable done) {
    flow.abort(
        task -> {
          boolean hit = which.test(task);
          if (hit && attention != null) {
            task.nexus().establish(attention);
          }
          return hit;
        },
        done);
  }

  @Override
  public void flushed() {
    flow.flushed();
  }

  @Override
  public void writable() {
    flow.writable();
  }

  @Override
  public void tick(int quietTicks) {
    if (flow.standsStill(STANDSTILL_TICKS)) {
      connection.violated("data of a command that does not come");
    } else if (quietTicks > 2 * IscsiConnection.TICKS) {
      long silenceMillis = connection.node().limits().silenceTime().toMillis();
      connection.violated("no word for " + 2 * silenceMillis + " ms");
    } else if (quietTicks == IscsiConnection.TICKS + 1) {
      ping();
    }
  }

  private void ping() {
    PduWriter writer = connection.writer();
    ByteBuf header = writer.header(Opcode.NOP_IN, Bhs.FINAL);
    header
        .setInt(Bhs.ITT, Bhs.NO_TAG)
        .setInt(Bhs.TTT, flow.newTag())
        .setInt(Bhs.STAT_SN, window.statSn())
        .setInt(Bhs.EXP_CMD_SN, window.expCmdSn())
        .setInt(Bhs.MAX_CMD_SN, window.maxCmdSn());
    writer.write(header);
    connection.writer().flush();
  }

  @Override
  public void closed() {
    if (closed) {
      return;
    }
    closed = true;
    dropSegment();
    flow.closed(
        () -> {
          if (left != null) {
            left.complete(null);
            return;
          }
          connection.node().ended(session);
          session.hasEnded();
        });
  }

  /** A payload that does not fit its digest is rejected with its header (RFC 7143 §7.8). */
  @Override
  public void broken(PduFault fault, PduHeader header) {
    switch (fault) {
      case DATA_DIGEST -> rejections.send(Rejections.DATA_DIGEST_ERROR, header);
      case SEGMENT_TOO_LONG -> rejections.send(Rejections.PROTOCOL_ERROR, header);
      case HEADER_DIGEST -> {}
    }
  }
}
