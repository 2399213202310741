/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.login.TextSegment;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Optional;

/** Joins the text of a request that comes in several PDUs (the C bit, RFC 7143 §6.2), bounded. */
final class TextAssembly {

  private static final int MOST_BYTES = 16 << 10;

  private final ByteArrayOutputStream text = new ByteArrayOutputStream();

  /** Adds a PDU's text; false if it is too much. */
  boolean add(ByteBuf segment) {
    if (segment == null) {
      return true;
    }
    if (text.size() + segment.readableBytes() > MOST_BYTES) {
      return false;
    }
    byte[] bytes = new byte[segment.readableBytes()];
    segment.readBytes(bytes);
    text.writeBytes(bytes);
    return true;
  }

  /** Forgets what came so far. */
  void reset() {
    text.reset();
  }

  /** All pairs, and an end; empty if they are not well formed. */
  Optional<Map<String, String>> finish() {
    byte[] whole = text.toByteArray();
    text.reset();
    return TextSegment.parse(whole);
  }
}
