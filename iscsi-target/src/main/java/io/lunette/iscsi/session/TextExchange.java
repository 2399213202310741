/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.login.TextSegment;
import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduHeader;
import io.lunette.iscsi.pdu.PduWriter;
import io.netty.buffer.ByteBuf;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Text requests (RFC 7143 §11.10, §11.11), of which SendTargets (appendix C) is the one that
 * matters. A long answer goes in several PDUs, each asked for by an empty request.
 */
final class TextExchange {

  private final IscsiConnection connection;
  private final Session session;
  private final CommandWindow window;
  private final int mostBytes;
  private final Runnable malformed;
  private final TextAssembly text = new TextAssembly();
  private byte[] answer = new byte[0];
  private int sent;
  private int tag;

  /**
   * @param mostBytes longest data segment that the initiator takes
   * @param malformed closes the connection of an initiator that breaks the exchange
   */
  TextExchange(
      IscsiConnection connection,
      Session session,
      CommandWindow window,
      int mostBytes,
      Runnable malformed) {
    this.connection = connection;
    this.session = session;
    this.window = window;
    this.mostBytes = mostBytes;
    this.malformed = malformed;
  }

  void request(PduHeader header, ByteBuf segment) {
    int theirTag = header.u32(Bhs.TTT);
    if (theirTag != Bhs.NO_TAG && sent < answer.length && theirTag == tag) {
      send(header);
      return;
    }
    if (!text.add(segment)) {
      malformed.run();
      return;
    }
    if (header.hasFlag(Bhs.CONTINUE)) {
      answer = new byte[0];
      sent = 0;
      tag = newTag();
      respond(header, tag, 0, 0);
      return;
    }
    Optional<Map<String, String>> pairs = text.finish();
    if (pairs.isEmpty()) {
      malformed.run();
      return;
    }
    answer = answer(pairs.get());
    sent = 0;
    send(header);
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
    if (!"SendTargets".equals(key)) {
      TextSegment.put(out, key, key.startsWith("X-") ? "NotUnderstood" : "Reject");
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
    for (InetSocketAddress portal : connection.node().portals(connection.local())) {
      TextSegment.put(out, "TargetAddress", text(portal) + "," + TargetNode.PORTAL_GROUP);
    }
  }

  private static String text(InetSocketAddress portal) {
    String host = portal.getAddress().getHostAddress();
    boolean six = portal.getAddress() instanceof Inet6Address;
    int scope = host.indexOf('%');
    String plain = scope < 0 ? host : host.substring(0, scope);
    return (six ? "[" + plain + "]" : plain) + ":" + portal.getPort();
  }

  private void send(PduHeader header) {
    int bytes = Math.min(mostBytes, answer.length - sent);
    boolean more = sent + bytes < answer.length;
    tag = more ? newTag() : Bhs.NO_TAG;
    respond(header, tag, bytes, more ? Bhs.CONTINUE : Bhs.FINAL);
    sent += bytes;
  }

  private int newTag() {
    return tag == Bhs.NO_TAG || tag + 1 == Bhs.NO_TAG ? 1 : tag + 1;
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
