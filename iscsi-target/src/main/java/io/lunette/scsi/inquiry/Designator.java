/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Designation descriptors (SPC-4 §7.8.6.2), put into a page. */
final class Designator {

  static final int OF_UNIT = 0x00;
  static final int OF_PORT = 0x10;
  static final int OF_DEVICE = 0x20;

  static final int RELATIVE_PORT = 0x4;
  static final int PORT_GROUP = 0x5;

  static final int BINARY = 1;
  static final int ASCII = 2;
  private static final int UTF8 = 3;
  private static final int NAME_STRING = 0x8;
  private static final int ISCSI = 0x50;
  private static final int PIV = 0x80;

  private Designator() {}

  /** The header; as many bytes have to follow. */
  static void header(ByteBuffer out, int codeSet, int associationAndType, int bytes) {
    out.put((byte) codeSet).put((byte) associationAndType).put((byte) 0).put((byte) bytes);
  }

  /** A number of the target port, or of its group. */
  static void portNumber(ByteBuffer out, int type, int number) {
    header(out, ISCSI | BINARY, PIV | OF_PORT | type, 4);
    out.putShort((short) 0).putShort((short) number);
  }

  /** SCSI name string: null-terminated, padded to a multiple of four (SPC-4 §7.8.6.11). */
  static void name(ByteBuffer out, int association, String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + 4) & ~3;
    header(out, ISCSI | UTF8, PIV | association | NAME_STRING, padded);
    out.put(text).put(new byte[padded - text.length]);
  }
}
