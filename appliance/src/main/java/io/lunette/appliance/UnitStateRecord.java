/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.scsi.device.UnitStateStore;
import io.lunette.scsi.device.UnitStateStore.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Layout of a file that holds one record of one logical unit. Numbers are big-endian.
 *
 * <pre>
 *  byte  0  magic "LUNUNIT1"
 *        8  version of this layout, 1                u32
 *       12  kind: 1 reservations, 2 mode pages, 3 sanitize  u32
 *       16  identity of the unit                     16 bytes
 *       32  length of the record                     u32
 *       36  CRC32C of bytes 0 to 35 and the record   u32
 *       40  the record
 * </pre>
 */
final class UnitStateRecord {

  static final int HEADER_BYTES = 40;

  private static final long MAGIC = 0x4C55_4E55_4E49_5431L;
  private static final int VERSION = 1;
  private static final int IDENTITY = 16;
  private static final int CHECKSUM = 36;

  private UnitStateRecord() {}

  static byte[] encode(UUID unit, Kind kind, byte[] record) {
    if (record.length > UnitStateStore.RECORD_BYTES_MAX) {
      throw new IllegalArgumentException("a record of " + record.length + " bytes");
    }
    ByteBuffer file = ByteBuffer.allocate(HEADER_BYTES + record.length);
    file.putLong(MAGIC)
        .putInt(VERSION)
        .putInt(code(kind))
        .putLong(unit.getMostSignificantBits())
        .putLong(unit.getLeastSignificantBits())
        .putInt(record.length)
        .putInt(0)
        .put(record);
    return file.putInt(CHECKSUM, checksum(file.array())).array();
  }

  /**
   * The record in a file.
   *
   * @throws IOException if the file is not whole, or holds another unit's record or another kind
   */
  static byte[] decode(UUID unit, Kind kind, byte[] file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(file);
    if (file.length < HEADER_BYTES || in.getLong() != MAGIC) {
      throw new IOException("it is not a record of a unit");
    }
    int version = in.getInt();
    if (version != VERSION) {
      throw new IOException("its version is " + version + ", not " + VERSION);
    }
    int itsKind = in.getInt();
    UUID itsUnit = new UUID(in.getLong(IDENTITY), in.getLong(IDENTITY + Long.BYTES));
    in.position(IDENTITY + 2 * Long.BYTES);
    if (in.getInt() != file.length - HEADER_BYTES || in.getInt() != checksum(file)) {
      throw new IOException("its checksum fails");
    }
    if (itsKind != code(kind) || !itsUnit.equals(unit)) {
      throw new IOException("it holds kind " + itsKind + " of unit " + itsUnit);
    }
    byte[] record = new byte[in.remaining()];
    in.get(record);
    return record;
  }

  private static int code(Kind kind) {
    return switch (kind) {
      case RESERVATIONS -> 1;
      case MODE_PAGES -> 2;
      case SANITIZE -> 3;
    };
  }

  private static int checksum(byte[] file) {
    CRC32C crc = new CRC32C();
    crc.update(file, 0, CHECKSUM);
    crc.update(file, HEADER_BYTES, file.length - HEADER_BYTES);
    return (int) crc.getValue();
  }
}
