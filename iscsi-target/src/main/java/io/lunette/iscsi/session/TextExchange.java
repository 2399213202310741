/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.login.Key;
import io.lunette.iscsi.login.TextSegment;
import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduHeader;
import io.lunette.iscsi.pdu.PduWriter;
import io.netty.buffer.ByteBuf;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Text requests (RFC 7143 §11.10, §11.11), of which SendTargets (appendix C) is the one that
 * matters. A long answer goes in several PDUs, each asked for by an empty request. A request
 * without the F bit keeps the exchange open, and a new one ends what was there before.
 */
final class TextExchange {

  private static final byte[] NOTHING = new byte[0];

  private final IscsiConnection connection;
  private final Session session;
  private final CommandWindow window;
  private final int mostBytes;
  private final Rejections rejections;
  private final TextAssembly text = new TextAssembly();
  private byte[] answer = NOTHING;
  private int sent;
  private int tag = Bhs.NO_TAG;
  private int lastTag;

  /**
   * @param mostBytes longest data segment that the initiator takes
   */
  TextExchange(
      IscsiConnection connection,
      Session session,
      CommandWindow window,
      int mostBytes,
      Rejections rejections) {
    this.connection = connection;
    this.session = session;
    this.window = window;
    this.mostBytes = mostBytes;
    this.rejections = rejections;
  }

  void request(PduHeader header, ByteBuf segment) {
    int theirTag = header.u32(Bhs.TTT);
    if (theirTag == Bhs.NO_TAG) {
      text.reset();
    } else if (theirTag != tag) {
      rejections.send(Rejections.PROTOCOL_ERROR, header);
      return;
    } else if (sent < answer.length) {
      send(header);
      return;
    }
    boolean goesOn = header.hasFlag(Bhs.CONTINUE);
    if (!text.add(segment) || (goesOn && header.isFinal())) {
      malformed(header);
      return;
    }
    if (goesOn) {
      answer = NOTHING;
      sent = 0;
      tag = newTag();
      respond(header, tag, 0, 0);
      return;
    }
    Optional<Map<String, String>> pairs = text.finish();
    if (pairs.isEmpty()) {
      malformed(header);
      return;
    }
    answer = answer(pairs.get());
    sent = 0;
    send(header);
  }

  private void malformed(PduHeader header) {
    rejections.fatal(
        Rejections.PROTOCOL_ERROR, header, "a text request that is too long or not well formed");
  }

  private byte[] answer(Map<String, String> pairs) {
    ByteBuf out = connection.channel().alloc().buffer();
    try {
      pairs.forEach((key, value) -> answer(key, value, out));
      byte[] bytes = new byte[out.readableBytes()];
      out.readBytes(bytes);
      return bytes;
    } finally {
      out.release();
    }
  }

  private void answer(String key, String value, ByteBuf out) {
    if (!Key.SEND_TARGETS.text().equals(key)) {
      TextSegment.put(out, key, Key.find(key) == null ? "NotUnderstood" : "Reject");
      return;
    }
    String own = connection.node().targetName();
    boolean all = "All".equals(value);
    if (all && !session.isDiscovery()) {
      TextSegment.put(out, key, "Reject");
      return;
    }
    boolean implied = value.isEmpty() && !session.isDiscovery();
    if (!all && !implied && !value.toLowerCase(Locale.ROOT).equals(own)) {
      return;
    }
    TextSegment.put(out, "TargetName", own);
    for (String portal : connection.node().portals(connection.local())) {
      TextSegment.put(out, "TargetAddress", portal);
    }
  }

  private void send(PduHeader header) {
    int bytes = Math.min(mostBytes, answer.length - sent);
    boolean more = sent + bytes < answer.length;
    boolean ends = !more && header.isFinal();
    tag = ends ? Bhs.NO_TAG : newTag();
    respond(header, tag, bytes, more ? Bhs.CONTINUE : ends ? Bhs.FINAL : 0);
    sent += bytes;
    if (!more) {
      answer = NOTHING;
      sent = 0;
    }
  }

  private int newTag() {
    lastTag = lastTag + 1 == Bhs.NO_TAG ? 1 : lastTag + 1;
    return lastTag;
  }

  private void respond(PduHeader header, int transferTag, int bytes, int flags) {
    PduWriter writer = connection.writer();
    ByteBuf response = writer.header(Opcode.TEXT_RESPONSE, flags);
    response
        .setLong(Bhs.LUN, header.u64(Bhs.LUN))
        .setInt(Bhs.ITT, header.itt())
        .setInt(Bhs.TTT, transferTag)
        .setInt(Bhs.STAT_SN, window.nextStatSn())
        .setInt(Bhs.EXP_CMD_SN, window.expCmdSn())
        .setInt(Bhs.MAX_CMD_SN, window.maxCmdSn());
    if (bytes == 0) {
      writer.write(response);
    } else {
      writer.write(
          response,
          connection.channel().alloc().directBuffer(bytes).writeBytes(answer, sent, bytes));
    }
  }
}
