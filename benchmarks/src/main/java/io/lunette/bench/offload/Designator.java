/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a copy manager knows a unit by (SPC-4, Device Identification VPD page, designators of the
 * logical unit).
 *
 * @param codeSet of the name
 * @param type of the name
 * @param name itself
 */
record Designator(int codeSet, int type, byte[] name) {

  static final int PAGE = 0x83;

  /** What fits into an identification CSCD descriptor. */
  static final int NAME_BYTES_MAX = 20;

  private static final int HEAD_BYTES = 4;
  private static final int NAA = 3;
  private static final int EUI_64 = 2;
  private static final int T10_VENDOR = 1;

  /**
   * The best of a page: a registered name before one of the vendor's, for there are copy managers
   * that look for NAA names alone.
   */
  static Optional<Designator> best(ByteBuffer page) {
    Designator best = null;
    for (int at = HEAD_BYTES; at + HEAD_BYTES <= page.limit(); ) {
      int length = page.get(at + 3) & 0xff;
      int association = page.get(at + 1) >> 4 & 3;
      int type = page.get(at + 1) & 0x0f;
      boolean whole = at + HEAD_BYTES + length <= page.limit();
      if (whole && association == 0 && rank(type) > 0 && length <= NAME_BYTES_MAX) {
        if (best == null || rank(type) > rank(best.type)) {
          byte[] name = new byte[length];
          page.get(at + HEAD_BYTES, name);
          best = new Designator(page.get(at) & 0x0f, type, name);
        }
      }
      at += HEAD_BYTES + length;
    }
    return Optional.ofNullable(best);
  }

  private static int rank(int type) {
    return switch (type) {
      case NAA -> 3;
      case EUI_64 -> 2;
      case T10_VENDOR -> 1;
      default -> 0;
    };
  }
}
