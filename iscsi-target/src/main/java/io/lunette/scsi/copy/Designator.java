/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import java.nio.ByteBuffer;

/**
 * A designator of a logical unit, as VPD page 83h gives it (SPC-4 §7.8.6).
 *
 * @param codeSet of the value
 * @param association what is named: 0 for the logical unit
 * @param type of the value
 * @param value the bytes, as a buffer so that equal ones are equal
 */
record Designator(int codeSet, int association, int type, ByteBuffer value) {

  /** Bytes before the value. */
  static final int HEADER = 4;

  /** Takes a designation descriptor. */
  static Designator decode(ByteBuffer from, int offset) {
    byte[] value = new byte[from.get(offset + 3) & 0xFF];
    from.get(offset + HEADER, value);
    return new Designator(
        from.get(offset) & 0x0F,
        from.get(offset + 1) >> 4 & 3,
        from.get(offset + 1) & 0x0F,
        ByteBuffer.wrap(value).asReadOnlyBuffer());
  }

  /** Bytes of the designation descriptor. */
  int bytes() {
    return HEADER + value.capacity();
  }

  boolean isOfLogicalUnit() {
    return association == 0;
  }
}
