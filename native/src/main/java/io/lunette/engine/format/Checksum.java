/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C of a structure, counted with its own checksum field as zero. */
final class Checksum {

  private Checksum() {}

  /** Checksum of the first {@code length} bytes, the four at {@code fieldOffset} taken as zero. */
  static int of(ByteBuffer structure, int length, int fieldOffset) {
    CRC32C crc = new CRC32C();
    crc.update(structure.slice(0, fieldOffset));
    crc.update(new byte[Integer.BYTES]);
    int rest = fieldOffset + Integer.BYTES;
    crc.update(structure.slice(rest, length - rest));
    return (int) crc.getValue();
  }

  static void seal(ByteBuffer structure, int length, int fieldOffset) {
    structure.putInt(fieldOffset, of(structure, length, fieldOffset));
  }

  static boolean holds(ByteBuffer structure, int length, int fieldOffset) {
    return structure.getInt(fieldOffset) == of(structure, length, fieldOffset);
  }
}
