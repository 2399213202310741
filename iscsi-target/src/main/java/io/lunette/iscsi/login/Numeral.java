/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import java.util.OptionalLong;

/**
 * Numerical values of keys (RFC 7143 §6.1): decimal without leading zeroes or sign, or hexadecimal
 * behind {@code 0x}.
 */
final class Numeral {

  private static final int MOST_DECIMAL_DIGITS = 18;
  private static final int MOST_HEX_DIGITS = 15;

  private Numeral() {}

  /** The number; empty if the text is none, or beyond any key's range. */
  static OptionalLong parse(String text) {
    if (text.startsWith("0x") || text.startsWith("0X")) {
      return digits(text.substring(2), 16, MOST_HEX_DIGITS);
    }
    boolean leadingZero = text.length() > 1 && text.charAt(0) == '0';
    return leadingZero ? OptionalLong.empty() : digits(text, 10, MOST_DECIMAL_DIGITS);
  }

  private static OptionalLong digits(String text, int radix, int most) {
    if (text.isEmpty() || text.length() > most) {
      return OptionalLong.empty();
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), radix) : -1;
      if (digit < 0) {
        return OptionalLong.empty();
      }
      value = value * radix + digit;
    }
    return OptionalLong.of(value);
  }
}
