/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

/** The eight-byte LUN of a header (SAM-5 §4.7). */
final class LunField {

  private static final int PERIPHERAL = 0;
  private static final int FLAT = 1;
  private static final long BELOW_FIRST_LEVEL = 0xFFFF_FFFF_FFFFL;

  private LunField() {}

  /** The single-level LUN; -1 for one that this target cannot have. */
  static int decode(long field) {
    if ((field & BELOW_FIRST_LEVEL) != 0) {
      return -1;
    }
    int method = (int) (field >>> 62);
    int value = (int) (field >>> 48) & 0x3FFF;
    return switch (method) {
      case PERIPHERAL -> value < 256 ? value : -1;
      case FLAT -> value;
      default -> -1;
    };
  }
}
