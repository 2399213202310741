/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/** The unit in which space is told to initiators (SBC-3 §4.7.3.8): 1 MiB, whatever the block. */
public final class ThresholdSet {

  private static final int BYTES = 1 << 20;

  private ThresholdSet() {}

  /** Logical blocks of a set as a power of two: THRESHOLD EXPONENT. */
  public static int exponent(int blockBytes) {
    return Integer.numberOfTrailingZeros(BYTES / blockBytes);
  }

  /** Sets in so many bytes, as an unsigned field of four bytes. */
  public static int count(double bytes) {
    return (int) (long) Math.min(bytes / BYTES, 0xFFFF_FFFFL);
  }
}
