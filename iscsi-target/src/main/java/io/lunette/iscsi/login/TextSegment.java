/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Text of login and text PDUs: {@code key=value} pairs, each ended by a null (RFC 7143 §6.1). */
public final class TextSegment {

  private static final int LONGEST_KEY = 63;

  private TextSegment() {}

  /**
   * Parses all pairs; empty if the text is not well formed: a pair without {@code =}, a key that is
   * empty, too long or there twice.
   */
  public static Optional<Map<String, String>> parse(byte[] text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    int start = 0;
    for (int i = 0; i <= text.length; i++) {
      if (i < text.length && text[i] != 0) {
        continue;
      }
      if (i > start) {
        String pair = new String(text, start, i - start, StandardCharsets.UTF_8);
        int equals = pair.indexOf('=');
        if (equals < 1
            || equals > LONGEST_KEY
            || pairs.put(pair.substring(0, equals), pair.substring(equals + 1)) != null) {
          return Optional.empty();
        }
      }
      start = i + 1;
    }
    return Optional.of(pairs);
  }

  /** All pairs as they travel. */
  public static byte[] encode(Map<String, String> pairs) {
    StringBuilder text = new StringBuilder();
    pairs.forEach((key, value) -> text.append(key).append('=').append(value).append('\0'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Appends one pair. */
  public static void put(ByteBuf out, String key, String value) {
    out.writeCharSequence(key, StandardCharsets.UTF_8);
    out.writeByte('=');
    out.writeCharSequence(value, StandardCharsets.UTF_8);
    out.writeByte(0);
  }
}
