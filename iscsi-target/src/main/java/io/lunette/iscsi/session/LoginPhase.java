/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.login.Login;
import io.lunette.iscsi.login.LoginStatus;
import io.lunette.iscsi.login.TextSegment;
import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduHeader;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The login phase on the wire (RFC 7143 §11.12, §11.13); what it means is {@link Login}'s. It holds
 * the segment that is arriving, the text of requests that go on (C bit), and an answer that is too
 * long for one PDU; each is bounded.
 */
final class LoginPhase implements Phase {

  private static final Logger LOG = LoggerFactory.getLogger(LoginPhase.class);

  private static final int TRANSIT = 0x80;
  private static final int VERSION_MIN = 3;
  private static final long ISID_MASK = 0xFFFF_FFFF_FFFFL;
  private static final byte[] NOTHING = new byte[0];

  private final IscsiConnection connection;
  private final TargetNode node;
  private final TextAssembly text = new TextAssembly();
  private final ScheduledFuture<?> deadline;

  private Login login;
  private ByteBuf segment;
  private byte[] answer = NOTHING;
  private int sent;
  private Login.Reply reply;
  private boolean joining;
  private boolean over;
  private long isid;
  private int tsih;
  private int cid;
  private int itt;
  private int cmdSn;
  private int statSn;

  LoginPhase(IscsiConnection connection, TargetNode node) {
    this.connection = connection;
    this.node = node;
    this.deadline =
        connection
            .channel()
            .eventLoop()
            .schedule(
                () -> connection.violated("no login in time"),
                node.limits().loginTime().toMillis(),
                TimeUnit.MILLISECONDS);
  }

  @Override
  public ByteBuf segmentTarget(PduHeader header) {
    segment = connection.channel().alloc().directBuffer(header.dataBytes());
    return segment;
  }

  @Override
  public void received(PduHeader header, ByteBuf data) {
    try {
      request(header, data);
    } finally {
      dropSegment();
    }
  }

  private void dropSegment() {
    if (segment != null) {
      segment.release();
      segment = null;
    }
  }

  private void request(PduHeader header, ByteBuf data) {
    if (header.opcode() != Opcode.LOGIN_REQUEST || joining) {
      connection.violated("a PDU other than a login request before the login's end");
      return;
    }
    itt = header.itt();
    int flags = header.flags();
    int stage = flags >> 2 & 3;
    LoginStatus refusal = check(header);
    if (refusal != null) {
      refuse(refusal, stage, Map.of());
    } else if (reply != null) {
      if (data != null || (flags & Bhs.CONTINUE) != 0) {
        refuse(LoginStatus.INITIATOR_ERROR, stage, Map.of());
      } else {
        sendAnswer();
      }
    } else if (!text.add(data) || ((flags & Bhs.CONTINUE) != 0 && (flags & TRANSIT) != 0)) {
      refuse(LoginStatus.INITIATOR_ERROR, stage, Map.of());
    } else if ((flags & Bhs.CONTINUE) != 0) {
      respond(LoginStatus.SUCCESS, stage << 2, NOTHING, 0, 0);
    } else {
      whole(stage, flags);
    }
  }

  private void whole(int stage, int flags) {
    Optional<Map<String, String>> pairs = text.finish();
    if (pairs.isEmpty()) {
      refuse(LoginStatus.INITIATOR_ERROR, stage, Map.of());
      return;
    }
    Login.Reply given = login.request(stage, flags & 3, (flags & TRANSIT) != 0, pairs.get());
    if (given.status() != LoginStatus.SUCCESS) {
      refuse(given.status(), given.stage(), given.text());
      return;
    }
    reply = given;
    answer = TextSegment.encode(given.text());
    sent = 0;
    sendAnswer();
  }

  /** An answer that is too long goes in pieces, each asked for by an empty request. */
  private void sendAnswer() {
    int left = answer.length - sent;
    if (left > IscsiConnection.LOGIN_SEGMENT_BYTES) {
      sent += IscsiConnection.LOGIN_SEGMENT_BYTES;
      respond(
          LoginStatus.SUCCESS,
          Bhs.CONTINUE | reply.stage() << 2,
          answer,
          sent - IscsiConnection.LOGIN_SEGMENT_BYTES,
          IscsiConnection.LOGIN_SEGMENT_BYTES);
    } else if (reply.isFinal()) {
      join();
    } else {
      sendLast();
      reply = null;
      answer = NOTHING;
    }
  }

  private void sendLast() {
    int transit = reply.transit() ? TRANSIT : 0;
    int flags = transit | reply.stage() << 2 | reply.nextStage();
    respond(LoginStatus.SUCCESS, flags, answer, sent, answer.length - sent);
  }

  /** ISID, TSIH and CID stay the same through a login (RFC 7143 §11.12). */
  private LoginStatus check(PduHeader header) {
    long theirIsid = header.u64(Bhs.ISID) >>> 16 & ISID_MASK;
    if (login != null) {
      boolean same =
          theirIsid == isid && header.u16(Bhs.TSIH) == tsih && header.u16(Bhs.CID) == cid;
      return same ? null : LoginStatus.INVALID_DURING_LOGIN;
    }
    isid = theirIsid;
    tsih = header.u16(Bhs.TSIH);
    cid = header.u16(Bhs.CID);
    cmdSn = header.cmdSn();
    login =
        new Login(
            node,
            node.challenges(),
            new Login.Entrance(connection.local(), connection.portalGroup(), tsih == 0));
    return header.u8(VERSION_MIN) > 0 ? LoginStatus.UNSUPPORTED_VERSION : null;
  }

  private void refuse(LoginStatus status, int stage, Map<String, String> pairs) {
    LOG.info(
        "login of {} from {} refused: {}",
        login.initiator() == null ? "an initiator" : login.initiator(),
        connection.peer(),
        status);
    byte[] body = TextSegment.encode(pairs);
    respond(status, stage << 2, body, 0, body.length);
    connection.closeAfterFlush();
  }

  /** A normal session begins once the one that it replaces is gone. */
  private void join() {
    joining = true;
    if (tsih != 0) {
      rejoin();
      return;
    }
    Session session =
        login.isDiscovery()
            ? Session.discovery(login.initiator(), isid, cid, connection)
            : Session.normal(login.initiator(), isid, cid, connection);
    if (!node.admit(session)) {
      refuse(LoginStatus.OUT_OF_RESOURCES, reply.stage(), Map.of());
      return;
    }
    FullFeaturePhase next =
        new FullFeaturePhase(connection, session, login.parameters(), cmdSn, statSn + 1);
    session.serveBy(next);
    if (session.isDiscovery()) {
      enter(session, next);
    } else {
      enterAfter(node.begin(session), session, next);
    }
  }

  /** The connection of a session is made again (RFC 7143 §6.3.4). */
  private void rejoin() {
    Optional<Session> found = node.findSession(tsih);
    if (found.isEmpty()
        || !found.get().initiator().equals(login.initiator())
        || found.get().isid() != isid) {
      refuse(LoginStatus.SESSION_DOES_NOT_EXIST, reply.stage(), Map.of());
      return;
    }
    Session session = found.get();
    if (login.isDiscovery()
        || session.isDiscovery()
        || session.portalGroup() != connection.portalGroup()) {
      refuse(LoginStatus.CANNOT_INCLUDE_IN_SESSION, reply.stage(), Map.of());
      return;
    }
    if (session.cid() != cid) {
      refuse(LoginStatus.TOO_MANY_CONNECTIONS, reply.stage(), Map.of());
      return;
    }
    FullFeaturePhase next =
        new FullFeaturePhase(
            connection,
            session,
            login.parameters().joining(session.parameters()),
            cmdSn,
            statSn + 1);
    enterAfter(session.moveTo(connection, next), session, next);
  }

  private void enterAfter(CompletionStage<Void> free, Session session, FullFeaturePhase next) {
    free.whenComplete(
        (done, failure) ->
            connection
                .channel()
                .eventLoop()
                .execute(
                    () -> {
                      if (failure == null) {
                        enter(session, next);
                      } else {
                        refuse(LoginStatus.SESSION_DOES_NOT_EXIST, reply.stage(), Map.of());
                        connection.writer().flush();
                      }
                    }));
  }

  private void enter(Session session, FullFeaturePhase next) {
    if (connection.isClosing()) {
      next.closed();
      return;
    }
    tsih = session.tsih();
    sendLast();
    connection.enter(
        next,
        login.parameters().headerDigest(),
        login.parameters().dataDigest(),
        login.parameters().targetSegmentBytes());
    finish();
    connection.writer().flush();
  }

  private void respond(LoginStatus status, int flags, byte[] body, int from, int bytes) {
    ByteBuf header = connection.writer().header(Opcode.LOGIN_RESPONSE, flags);
    header
        .setLong(Bhs.ISID, isid << 16 | tsih)
        .setInt(Bhs.ITT, itt)
        .setInt(Bhs.STAT_SN, statSn++)
        .setInt(Bhs.EXP_CMD_SN, cmdSn)
        .setInt(Bhs.MAX_CMD_SN, cmdSn + node.limits().commandWindow() - 1)
        .setShort(Bhs.LOGIN_STATUS, status.code());
    if (bytes == 0) {
      connection.writer().write(header);
    } else {
      connection
          .writer()
          .write(
              header,
              connection.channel().alloc().directBuffer(bytes).writeBytes(body, from, bytes));
    }
  }

  private void finish() {
    if (over) {
      return;
    }
    over = true;
    deadline.cancel(false);
    connection.loginIsOver();
    if (login != null) {
      login.close();
    }
  }

  @Override
  public void closed() {
    dropSegment();
    finish();
  }
}
