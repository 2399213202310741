/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.login.Login;
import io.lunette.iscsi.login.LoginStatus;
import io.lunette.iscsi.login.TextSegment;
import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduHeader;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The login phase on the wire (RFC 7143 §11.12, §11.13); what it means is {@link Login}'s. */
final class LoginPhase implements Phase {

  private static final Logger LOG = LoggerFactory.getLogger(LoginPhase.class);
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final int TRANSIT = 0x80;
  private static final int VERSION_MIN = 3;
  private static final long ISID_MASK = 0xFFFF_FFFF_FFFFL;

  private final IscsiConnection connection;
  private final TargetNode node;
  private final Login login;
  private final TextAssembly text = new TextAssembly();
  private final ByteBuf segment;
  private final io.netty.util.concurrent.ScheduledFuture<?> deadline;

  private boolean begun;
  private boolean joining;
  private long isid;
  private int tsih;
  private int cid;
  private int itt;
  private int cmdSn;
  private int statSn;

  LoginPhase(IscsiConnection connection, TargetNode node) {
    this.connection = connection;
    this.node = node;
    this.login = new Login(node, RANDOM);
    this.segment = connection.channel().alloc().buffer(IscsiConnection.LOGIN_SEGMENT_BYTES);
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
    return segment.clear();
  }

  @Override
  public void received(PduHeader header, ByteBuf data) {
    if (header.opcode() != Opcode.LOGIN_REQUEST || joining) {
      connection.violated("a PDU other than a login request before the login's end");
      return;
    }
    itt = header.itt();
    LoginStatus refusal = check(header);
    int flags = header.flags();
    int stage = flags >> 2 & 3;
    if (refusal != null) {
      refuse(refusal, stage);
      return;
    }
    if (!text.add(data)) {
      refuse(LoginStatus.INITIATOR_ERROR, stage);
      return;
    }
    if ((flags & Bhs.CONTINUE) != 0) {
      if ((flags & TRANSIT) != 0) {
        refuse(LoginStatus.INITIATOR_ERROR, stage);
        return;
      }
      respond(LoginStatus.SUCCESS, stage << 2, Map.of());
      return;
    }
    Optional<Map<String, String>> pairs = text.finish();
    if (pairs.isEmpty()) {
      refuse(LoginStatus.INITIATOR_ERROR, stage);
      return;
    }
    answer(login.request(stage, flags & 3, (flags & TRANSIT) != 0, pairs.get()));
  }

  /** ISID, TSIH, CID and task tag stay the same through a login (RFC 7143 §11.12). */
  private LoginStatus check(PduHeader header) {
    long theirIsid = header.u64(Bhs.ISID) >>> 16 & ISID_MASK;
    if (begun) {
      boolean same =
          theirIsid == isid && header.u16(Bhs.TSIH) == tsih && header.u16(Bhs.CID) == cid;
      return same ? null : LoginStatus.INVALID_DURING_LOGIN;
    }
    begun = true;
    isid = theirIsid;
    tsih = header.u16(Bhs.TSIH);
    cid = header.u16(Bhs.CID);
    cmdSn = header.cmdSn();
    if (header.u8(VERSION_MIN) > 0) {
      return LoginStatus.UNSUPPORTED_VERSION;
    }
    if (tsih != 0) {
      return node.hasSession(tsih)
          ? LoginStatus.TOO_MANY_CONNECTIONS
          : LoginStatus.SESSION_DOES_NOT_EXIST;
    }
    return null;
  }

  private void answer(Login.Reply reply) {
    if (reply.status() != LoginStatus.SUCCESS) {
      refuse(reply.status(), reply.stage());
      return;
    }
    if (reply.isFinal()) {
      join(reply);
      return;
    }
    respond(LoginStatus.SUCCESS, stageFlags(reply), reply.text());
  }

  private static int stageFlags(Login.Reply reply) {
    return (reply.transit() ? TRANSIT : 0) | reply.stage() << 2 | reply.nextStage();
  }

  private void refuse(LoginStatus status, int stage) {
    LOG.info(
        "login of {} from {} refused: {}",
        login.initiator() == null ? "an initiator" : login.initiator(),
        connection.peer(),
        status);
    respond(status, stage << 2, Map.of());
    connection.closeAfterFlush();
  }

  /** A normal session begins once the one that it replaces is gone. */
  private void join(Login.Reply reply) {
    joining = true;
    Session session =
        login.isDiscovery()
            ? Session.discovery(login.initiator(), isid, connection)
            : Session.normal(login.initiator(), isid, connection);
    FullFeaturePhase next =
        new FullFeaturePhase(connection, session, login.parameters(), cmdSn, statSn + 1);
    session.serveBy(next);
    if (session.isDiscovery()) {
      enter(reply, session, next);
      return;
    }
    node.begin(session)
        .whenComplete(
            (done, failure) ->
                connection.channel().eventLoop().execute(() -> enter(reply, session, next)));
  }

  private void enter(Login.Reply reply, Session session, FullFeaturePhase next) {
    if (connection.isClosing()) {
      next.closed();
      return;
    }
    tsih = session.tsih();
    respond(LoginStatus.SUCCESS, stageFlags(reply), reply.text());
    connection.enter(
        next,
        login.parameters().headerDigest(),
        login.parameters().dataDigest(),
        login.parameters().targetSegmentBytes());
    finish();
    connection.writer().flush();
  }

  private void respond(LoginStatus status, int flags, Map<String, String> pairs) {
    ByteBuf header = connection.writer().header(Opcode.LOGIN_RESPONSE, flags);
    header
        .setLong(Bhs.ISID, isid << 16 | tsih)
        .setInt(Bhs.ITT, itt)
        .setInt(Bhs.STAT_SN, statSn++)
        .setInt(Bhs.EXP_CMD_SN, cmdSn)
        .setInt(Bhs.MAX_CMD_SN, cmdSn + node.limits().commandWindow() - 1)
        .setShort(Bhs.LOGIN_STATUS, status.code());
    if (pairs.isEmpty()) {
      connection.writer().write(header);
      return;
    }
    ByteBuf body = connection.channel().alloc().directBuffer(256);
    pairs.forEach((key, value) -> TextSegment.put(body, key, value));
    connection.writer().write(header, body);
  }

  private void finish() {
    deadline.cancel(false);
    segment.release();
  }

  @Override
  public void closed() {
    finish();
  }
}
