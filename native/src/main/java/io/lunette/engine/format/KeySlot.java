/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * A data key, wrapped: 128 bytes at a place of its own in the layer of keys, all zero where there
 * is none. Four lie in a sector, so none is torn by a write of others.
 *
 * <pre>
 * offset size
 *      0    4 magic "LNKY"
 *      4    4 CRC32C of the 128 bytes, this field taken as zero
 *      8   16 UUID of the pool
 *     24    8 number of the key
 *     32    8 epoch of the key-encryption key that wrapped it
 *     40    8 check value of that key
 *     48   80 number and key, wrapped (RFC 3394)
 * </pre>
 */
public record KeySlot(UUID pool, long id, long epoch, long checkValue, byte[] wrapped) {

  /** Bytes of a slot. */
  public static final int BYTES = 128;

  /** Slots in a page. */
  public static final int PER_PAGE = PoolLayout.PAGE_BYTES / BYTES;

  /** Slots in an extent. */
  public static final int PER_EXTENT = PoolLayout.EXTENT_BYTES / BYTES;

  static final int MAGIC = 0x594B4E4C;
  static final int MAGIC_OFFSET = 0;
  static final int CRC_OFFSET = 4;
  static final int UUID_OFFSET = 8;
  static final int ID_OFFSET = 24;
  static final int EPOCH_OFFSET = 32;
  static final int CHECK_VALUE_OFFSET = 40;
  static final int WRAPPED_OFFSET = 48;
  static final int WRAPPED_BYTES = 80;

  /** Writes it at an index of a little-endian buffer. */
  public void encode(ByteBuffer target, int at) {
    ByteBuffer slot = target.slice(at, BYTES).order(ByteOrder.LITTLE_ENDIAN);
    slot.putInt(MAGIC_OFFSET, MAGIC);
    slot.putLong(UUID_OFFSET, pool.getMostSignificantBits());
    slot.putLong(UUID_OFFSET + Long.BYTES, pool.getLeastSignificantBits());
    slot.putLong(ID_OFFSET, id);
    slot.putLong(EPOCH_OFFSET, epoch);
    slot.putLong(CHECK_VALUE_OFFSET, checkValue);
    slot.put(WRAPPED_OFFSET, wrapped, 0, WRAPPED_BYTES);
    Checksum.seal(slot, BYTES, CRC_OFFSET);
  }

  /**
   * Reads the slot at an index; null if nothing is there.
   *
   * @throws FormatException if it is damaged or another pool's
   */
  public static KeySlot decode(ByteBuffer source, int at, UUID pool) throws FormatException {
    if (isEmpty(source, at)) {
      return null;
    }
    ByteBuffer slot = source.slice(at, BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (slot.getInt(MAGIC_OFFSET) != MAGIC || !Checksum.holds(slot, BYTES, CRC_OFFSET)) {
      throw new FormatException("a key's record fails its checksum");
    }
    UUID owner = new UUID(slot.getLong(UUID_OFFSET), slot.getLong(UUID_OFFSET + Long.BYTES));
    if (!owner.equals(pool)) {
      throw new FormatException("a key's record is of pool " + owner);
    }
    byte[] wrapped = new byte[WRAPPED_BYTES];
    slot.get(WRAPPED_OFFSET, wrapped);
    return new KeySlot(
        owner,
        slot.getLong(ID_OFFSET),
        slot.getLong(EPOCH_OFFSET),
        slot.getLong(CHECK_VALUE_OFFSET),
        wrapped);
  }

  private static boolean isEmpty(ByteBuffer source, int at) {
    for (int i = 0; i < BYTES; i += Long.BYTES) {
      if (source.getLong(at + i) != 0) {
        return false;
      }
    }
    return true;
  }
}
