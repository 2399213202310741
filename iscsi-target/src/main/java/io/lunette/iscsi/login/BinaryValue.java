/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** Binary values of keys, in hexadecimal or base64 (RFC 7143 §6.1). */
final class BinaryValue {

  private static final int LONGEST_BYTES = 1024;

  private BinaryValue() {}

  static String encode(byte[] value) {
    return "0x" + HexFormat.of().formatHex(value);
  }

  /** The bytes; empty if the text is neither form, or too long. */
  static Optional<byte[]> decode(String text) {
    if (text.length() < 3 || text.length() > 2 + 2 * LONGEST_BYTES || text.charAt(0) != '0') {
      return Optional.empty();
    }
    String digits = text.substring(2);
    try {
      return switch (text.charAt(1)) {
        case 'x', 'X' ->
            Optional.of(HexFormat.of().parseHex(digits.length() % 2 == 0 ? digits : "0" + digits));
        case 'b', 'B' -> Optional.of(Base64.getDecoder().decode(digits));
        default -> Optional.empty();
      };
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
