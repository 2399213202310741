/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import java.math.BigInteger;
import java.util.Locale;

/**
 * The intrinsic types of DSP0004 §5.1.1 that the classes here use. In Java, integers are {@link
 * Long} (or {@link BigInteger} beyond its range), a reference is an {@link ObjectPath}, and a
 * datetime is its text of 25 characters.
 */
public enum CimType {
  STRING,
  BOOLEAN,
  DATETIME,
  REFERENCE,
  UINT8(8, false),
  UINT16(16, false),
  UINT32(32, false),
  UINT64(64, false),
  SINT8(8, true),
  SINT16(16, true),
  SINT32(32, true),
  SINT64(64, true);

  private static final int DATETIME_LENGTH = 25;

  private final BigInteger min;
  private final BigInteger max;

  CimType() {
    this.min = null;
    this.max = null;
  }

  CimType(int bits, boolean signed) {
    BigInteger values = BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits);
    this.min = signed ? values.negate() : BigInteger.ZERO;
    this.max = values.subtract(BigInteger.ONE);
  }

  /** What MOF and CIM-XML call it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The type of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static CimType of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  /** Whether it is one of the integers. */
  public boolean isInteger() {
    return max != null;
  }

  /**
   * Reads a value as CIM-XML writes it (DSP0201, VALUE).
   *
   * @throws CimException TYPE_MISMATCH if the text is no such value
   */
  public Object parse(String text) {
    return switch (this) {
      case STRING -> text;
      case BOOLEAN -> parseBoolean(text);
      case DATETIME -> parseDatetime(text);
      case REFERENCE -> throw mismatch(text);
      default -> parseInteger(text);
    };
  }

  private Object parseBoolean(String text) {
    if (text.strip().equalsIgnoreCase("true")) {
      return true;
    }
    if (text.strip().equalsIgnoreCase("false")) {
      return false;
    }
    throw mismatch(text);
  }

  private Object parseDatetime(String text) {
    if (text.length() != DATETIME_LENGTH) {
      throw mismatch(text);
    }
    return text;
  }

  /** Decimal, or hexadecimal with 0x. */
  private Object parseInteger(String text) {
    String digits = text.strip();
    boolean hex = digits.length() > 2 && digits.regionMatches(true, 0, "0x", 0, 2);
    if (digits.length() > 22 || !digits.matches(hex ? "0[xX][0-9a-fA-F]+" : "[+-]?[0-9]+")) {
      throw mismatch(text);
    }
    BigInteger value = hex ? new BigInteger(digits.substring(2), 16) : new BigInteger(digits);
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw mismatch(text);
    }
    return value.bitLength() < Long.SIZE ? (Object) value.longValueExact() : value;
  }

  private CimException mismatch(String text) {
    String shown = text.length() > 40 ? text.substring(0, 40) + "..." : text;
    return new CimException(CimStatus.TYPE_MISMATCH, "'" + shown + "' is no " + label());
  }

  /** Writes a value as CIM-XML does. */
  public static String format(Object value) {
    return value instanceof Boolean flag ? (flag ? "TRUE" : "FALSE") : value.toString();
  }
}
