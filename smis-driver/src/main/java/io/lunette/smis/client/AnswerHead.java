/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads along in the head of an HTTP answer whether the request was let in, and whether its
 * connection ends with it (RFC 9112 §9.3): it says so, or it is of HTTP/1.0 and does not say
 * otherwise. The client library does not look. Used by one thread at a time.
 */
final class AnswerHead {

  private static final int BYTES_MAX = 16 << 10;
  private static final Pattern TURNED_AWAY = Pattern.compile("http/1\\.[01] 40[17] ");

  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private int newlines;
  private boolean whole;
  private boolean ends;
  private boolean turnsAway;

  /** Another answer is to come. */
  void restart() {
    head.reset();
    newlines = 0;
    whole = false;
    ends = false;
    turnsAway = false;
  }

  /** Takes what was received. */
  void take(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length && !whole; i++) {
      take(bytes[i]);
    }
  }

  /** Takes one byte that was received. */
  void take(byte next) {
    if (whole) {
      return;
    }
    head.write(next);
    if (next == '\n') {
      newlines++;
    } else if (next != '\r') {
      newlines = 0;
    }
    if (newlines == 2 || head.size() == BYTES_MAX) {
      whole = true;
      String text = head.toString(StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
      ends = ends(text);
      turnsAway = TURNED_AWAY.matcher(text).lookingAt();
    }
  }

  private static boolean ends(String text) {
    String connection =
        text.lines().filter(each -> each.startsWith("connection:")).findFirst().orElse("");
    return connection.contains("close")
        || (text.startsWith("http/1.0") && !connection.contains("keep-alive"));
  }

  /** Whether the request was not let in: it wants credentials, or others. */
  boolean turnsAway() {
    return turnsAway;
  }

  /** Whether nothing may be sent on the connection after this answer. */
  boolean endsConnection() {
    return ends;
  }
}
