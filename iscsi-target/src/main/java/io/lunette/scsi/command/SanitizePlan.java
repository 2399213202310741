/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import java.nio.ByteBuffer;

/**
 * What a SANITIZE is to do, in a form that outlives a restart: a byte that says whether space is
 * given back at the end, one for the passes, one for whether each inverts the pattern, then the
 * pattern.
 *
 * @param release whether nothing is left mapped (BLOCK ERASE)
 * @param passes times that everything is overwritten
 * @param invert whether the pattern is inverted from pass to pass
 * @param pattern repeated in each logical block
 */
record SanitizePlan(boolean release, int passes, boolean invert, byte[] pattern) {

  private static final int HEADER_BYTES = 3;

  /** Leaves the pattern of the last pass on the medium. */
  static SanitizePlan overwrite(byte[] pattern, int passes, boolean invert) {
    return new SanitizePlan(false, passes, invert, pattern);
  }

  /** Leaves nothing mapped, and nothing of what was written on the medium. */
  static SanitizePlan blockErase() {
    return new SanitizePlan(true, 1, false, new byte[1]);
  }

  byte[] encode() {
    return ByteBuffer.allocate(HEADER_BYTES + pattern.length)
        .put((byte) (release ? 1 : 0))
        .put((byte) passes)
        .put((byte) (invert ? 1 : 0))
        .put(pattern)
        .array();
  }

  static SanitizePlan decode(byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record);
    boolean release = in.get() != 0;
    int passes = in.get();
    boolean invert = in.get() != 0;
    byte[] pattern = new byte[in.remaining()];
    in.get(pattern);
    return new SanitizePlan(release, passes, invert, pattern);
  }
}
