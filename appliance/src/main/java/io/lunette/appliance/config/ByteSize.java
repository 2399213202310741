/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, written with K, M, G or T for powers of 1024.
 *
 * @param bytes never negative
 */
public record ByteSize(long bytes) {

  private static final Pattern FORM =
      Pattern.compile("(\\d+)([KMGT]?)(i?B)?", Pattern.CASE_INSENSITIVE);
  private static final String UNITS = "KMGT";

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size of " + bytes + " bytes");
    }
  }

  /** Reads {@code 4096}, {@code 64K}, {@code 10G}, {@code 10GiB}. */
  public static ByteSize parse(String text) {
    Matcher parts = FORM.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a size: use digits and K, M, G or T, for example 10G");
    }
    try {
      int power = UNITS.indexOf(parts.group(2).toUpperCase(Locale.ROOT)) + 1;
      long unit = parts.group(2).isEmpty() ? 1 : 1L << (10 * power);
      return new ByteSize(Math.multiplyExact(Long.parseLong(parts.group(1)), unit));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is more bytes than there are", e);
    }
  }

  /** Three significant digits and a binary unit, for people: {@code 1.5 GiB}. */
  public String forPeople() {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 1023.995 && unit < UNITS.length() - 1) {
      value /= 1024;
      unit++;
    }
    String digits =
        String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    if (digits.contains(".")) {
      digits = digits.replaceAll("\\.?0+$", "");
    }
    return digits + " " + UNITS.charAt(unit) + "iB";
  }

  /** The number with the largest unit that divides it, as it can be typed: {@code 1536M}. */
  public String exact() {
    long value = bytes;
    int unit = -1;
    while (value != 0 && value % 1024 == 0 && unit < UNITS.length() - 1) {
      value /= 1024;
      unit++;
    }
    return unit < 0 ? Long.toString(value) : value + UNITS.substring(unit, unit + 1);
  }

  @Override
  public String toString() {
    return forPeople();
  }
}
