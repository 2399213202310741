/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.key;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * What a {@link KeyFile} says. Lines of ASCII:
 *
 * <pre>
 * lunette-key-file 1
 * pool UUID
 * key EPOCH 64 hexadecimal digits     one line for each key
 * check 16 hexadecimal digits         of the SHA-256 of the lines before
 * </pre>
 *
 * <p>No key is ever in a String, which nobody can wipe.
 */
record KeyFileText(UUID pool, List<KeyEncryptionKey> keys) {

  /** No file is larger. */
  static final int MOST_BYTES = 4096;

  private static final String HEADER = "lunette-key-file 1\n";
  private static final String POOL = "pool ";
  private static final String KEY = "key ";
  private static final String CHECK = "check ";

  private static final HexFormat HEX = HexFormat.of();
  private static final int CHECK_BYTES = 8;
  private static final int CHECK_LINE = CHECK.length() + 2 * CHECK_BYTES + 1;

  /** The content of the file, for the caller to wipe. */
  byte[] encode() {
    CharBuffer text = CharBuffer.allocate(MOST_BYTES - CHECK_LINE);
    text.append(HEADER).append(POOL).append(pool.toString()).append('\n');
    for (KeyEncryptionKey key : keys) {
      byte[] bytes = key.bytes();
      text.append(KEY).append(Long.toString(key.epoch())).append(' ');
      HEX.formatHex(text, bytes).append('\n');
      Arrays.fill(bytes, (byte) 0);
    }
    text.flip();
    byte[] content = new byte[text.length() + CHECK_LINE];
    for (int i = 0; i < text.length(); i++) {
      content[i] = (byte) text.charAt(i);
    }
    byte[] check = checkLine(content, text.length()).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(check, 0, content, text.length(), CHECK_LINE);
    Arrays.fill(text.array(), ' ');
    return content;
  }

  /** Whether it was written to its end, and nothing has changed since. */
  static boolean isWhole(byte[] content) {
    int lines = content.length - CHECK_LINE;
    return lines >= HEADER.length()
        && text(content, 0, HEADER.length()).equals(HEADER)
        && text(content, lines, content.length).equals(checkLine(content, lines));
  }

  /**
   * Reads what {@link #isWhole}.
   *
   * @throws IllegalArgumentException if that is not what {@link #encode} makes
   */
  static KeyFileText decode(byte[] content) {
    int end = content.length - CHECK_LINE;
    int at = HEADER.length();
    int next = endOfLine(content, at);
    UUID pool = UUID.fromString(text(content, at + POOL.length(), next));
    List<KeyEncryptionKey> keys = new ArrayList<>();
    for (at = next + 1; at < end; at = next + 1) {
      next = endOfLine(content, at);
      keys.add(key(content, at + KEY.length(), next));
    }
    return new KeyFileText(pool, keys);
  }

  private static int endOfLine(byte[] content, int from) {
    int at = from;
    while (content[at] != '\n') {
      at++;
    }
    return at;
  }

  private static KeyEncryptionKey key(byte[] content, int from, int to) {
    int digits = to - 2 * KeyEncryptionKey.BYTES;
    long epoch = Long.parseLong(text(content, from, digits - 1));
    char[] hex = new char[to - digits];
    for (int i = 0; i < hex.length; i++) {
      hex[i] = (char) content[digits + i];
    }
    byte[] bytes = HEX.parseHex(hex, 0, hex.length);
    Arrays.fill(hex, ' ');
    try {
      return new KeyEncryptionKey(epoch, bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Of what is no key. */
  private static String text(byte[] content, int from, int to) {
    return new String(content, from, to - from, StandardCharsets.US_ASCII);
  }

  private static String checkLine(byte[] content, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(content, 0, length);
      return CHECK + HEX.formatHex(digest.digest(), 0, CHECK_BYTES) + "\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
