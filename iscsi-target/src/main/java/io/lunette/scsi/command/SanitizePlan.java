/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import java.nio.ByteBuffer;

/**
 * What a SANITIZE is to do, in a form that outlives a restart: a byte that says which it is, one
 * for the passes, one for whether each inverts the pattern, then the pattern.
 *
 * @param kind which of them
 * @param passes times that everything is overwritten
 * @param invert whether the pattern is inverted from pass to pass
 * @param pattern repeated in each logical block
 */
record SanitizePlan(Kind kind, int passes, boolean invert, byte[] pattern) {

  /** In the order of their bytes. */
  enum Kind {
    OVERWRITE,
    /** Nothing is left mapped. */
    BLOCK_ERASE,
    /** The key is destroyed. */
    CRYPTOGRAPHIC_ERASE
  }

  private static final int HEADER_BYTES = 3;

  /** Leaves the pattern of the last pass on the medium. */
  static SanitizePlan overwrite(byte[] pattern, int passes, boolean invert) {
    return new SanitizePlan(Kind.OVERWRITE, passes, invert, pattern);
  }

  /** Leaves nothing mapped, and nothing of what was written on the medium. */
  static SanitizePlan blockErase() {
    return new SanitizePlan(Kind.BLOCK_ERASE, 1, false, new byte[1]);
  }

  /** Leaves nothing of what was written readable, by anybody. */
  static SanitizePlan cryptographicErase() {
    return new SanitizePlan(Kind.CRYPTOGRAPHIC_ERASE, 1, false, new byte[1]);
  }

  /** Whether nothing is left mapped in the end. */
  boolean release() {
    return kind == Kind.BLOCK_ERASE;
  }

  byte[] encode() {
    return ByteBuffer.allocate(HEADER_BYTES + pattern.length)
        .put((byte) kind.ordinal())
        .put((byte) passes)
        .put((byte) (invert ? 1 : 0))
        .put(pattern)
        .array();
  }

  static SanitizePlan decode(byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record);
    Kind kind = Kind.values()[in.get()];
    int passes = in.get();
    boolean invert = in.get() != 0;
    byte[] pattern = new byte[in.remaining()];
    in.get(pattern);
    return new SanitizePlan(kind, passes, invert, pattern);
  }
}
