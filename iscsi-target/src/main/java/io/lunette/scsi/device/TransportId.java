/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A TransportID of iSCSI (SPC-4 §7.6.4.6): the name of an initiator with one of its ports (TPID
 * FORMAT 01b), or without, when it stands for all of them (00b).
 *
 * <pre>
 *  byte 0  TPID FORMAT (7-6), PROTOCOL IDENTIFIER 5h (3-0)
 *       1  reserved
 *       2  ADDITIONAL LENGTH: at least 20, a multiple of four
 *       4  the name, ended by a zero byte and padded with zeroes
 * </pre>
 *
 * @param nodeName the initiator's iSCSI name
 * @param port its port; empty for all ports
 */
public record TransportId(String nodeName, Optional<InitiatorPort> port) {

  private static final int HEADER_BYTES = 4;
  private static final int NAME_BYTES_MIN = 20;
  private static final int NAME_BYTES_MAX = 244;
  private static final int ISCSI = 0x05;
  private static final int DEVICE = 0x00;
  private static final int PORT = 0x40;
  private static final int RESERVED_BITS = 0x30;

  /** Longest iSCSI name (RFC 7143 §4.2.7.1), in the lower case that it is kept in. */
  private static final int NODE_NAME_BYTES_MAX = 223;

  private static final Pattern NAME =
      Pattern.compile("((?:iqn\\.|eui\\.|naa\\.)[\\x21-\\x2b\\x2d-\\x7e\\x80-\\uffff]{1,219})");

  private static final Pattern PORT_NAME =
      Pattern.compile(NAME.pattern() + ",i,0x([0-9a-f]{12})", Pattern.CASE_INSENSITIVE);

  private static final Pattern DEVICE_NAME =
      Pattern.compile(NAME.pattern(), Pattern.CASE_INSENSITIVE);

  /** The TransportID of a port, in format 01b. */
  public static byte[] of(InitiatorPort port) {
    byte[] name = port.name().getBytes(StandardCharsets.UTF_8);
    int padded = Math.max(NAME_BYTES_MIN, (name.length + 1 + 3) & ~3);
    return ByteBuffer.allocate(HEADER_BYTES + padded)
        .put((byte) (PORT | ISCSI))
        .put((byte) 0)
        .putShort((short) padded)
        .put(name)
        .array();
  }

  /**
   * Reads the TransportID at a buffer's position, and moves it behind; empty if there is none that
   * is whole and well formed.
   */
  public static Optional<TransportId> read(ByteBuffer in) {
    if (in.remaining() < HEADER_BYTES) {
      return Optional.empty();
    }
    int first = in.get() & 0xFF;
    in.get();
    int length = in.getShort() & 0xFFFF;
    boolean sound =
        (first & 0x0F) == ISCSI
            && (first & RESERVED_BITS) == 0
            && length >= NAME_BYTES_MIN
            && length <= NAME_BYTES_MAX
            && length % 4 == 0
            && length <= in.remaining();
    if (!sound) {
      return Optional.empty();
    }
    byte[] padded = new byte[length];
    in.get(padded);
    return name(padded).flatMap(name -> parse(first & 0xC0, name));
  }

  /** Reads one after the other until the buffer's end; empty if any is not well formed. */
  public static Optional<List<TransportId>> readAll(ByteBuffer in) {
    List<TransportId> all = new ArrayList<>();
    while (in.hasRemaining()) {
      Optional<TransportId> next = read(in);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      all.add(next.get());
    }
    return Optional.of(all);
  }

  /** What comes before the zeroes, which there must be; empty if anything comes after them. */
  private static Optional<String> name(byte[] padded) {
    int end = 0;
    while (end < padded.length && padded[end] != 0) {
      end++;
    }
    if (end == padded.length) {
      return Optional.empty();
    }
    for (int i = end; i < padded.length; i++) {
      if (padded[i] != 0) {
        return Optional.empty();
      }
    }
    return Optional.of(new String(padded, 0, end, StandardCharsets.UTF_8));
  }

  private static Optional<TransportId> parse(int format, String name) {
    Matcher matcher = (format == PORT ? PORT_NAME : DEVICE_NAME).matcher(name);
    if ((format != PORT && format != DEVICE) || !matcher.matches()) {
      return Optional.empty();
    }
    long isid = format == DEVICE ? 0 : Long.parseLong(matcher.group(2), 16);
    InitiatorPort port = new InitiatorPort(matcher.group(1), isid);
    if (port.nodeName().getBytes(StandardCharsets.UTF_8).length > NODE_NAME_BYTES_MAX) {
      return Optional.empty();
    }
    return Optional.of(
        new TransportId(port.nodeName(), format == DEVICE ? Optional.empty() : Optional.of(port)));
  }
}
