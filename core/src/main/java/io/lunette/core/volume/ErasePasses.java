/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/**
 * What {@link EraseMethod#OVERWRITE} writes before the zeroes: a byte in the first pass, its
 * complement in the second, and so on in turn.
 *
 * @param pattern the byte of the first pass, 0 to 255
 * @param count passes before the zeroes
 */
public record ErasePasses(int pattern, int count) {

  private static final int MAX_COUNT = 35;

  /** No pattern at all: zeroes alone. */
  public static final ErasePasses NONE = new ErasePasses(0, 0);

  /** One pass of ones: with the zeroes after it every bit has been both. */
  public static final ErasePasses ONES = new ErasePasses(0xff, 1);

  public ErasePasses {
    if (pattern < 0 || pattern > 0xff) {
      throw new IllegalArgumentException("pattern " + pattern + " is not a byte");
    }
    if (count < 0 || count > MAX_COUNT) {
      throw new IllegalArgumentException(count + " passes are not between 0 and " + MAX_COUNT);
    }
  }

  /** The byte that a pass writes; the first is pass 0. */
  public byte byteOf(int pass) {
    return (byte) (pass % 2 == 0 ? pattern : ~pattern);
  }
}
