/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * One frame of the journal: a header of 64 bytes and records, padded with zeroes to whole pages.
 * The frames of one commit form a group; the last of them carries the commit flag, and a group
 * without it never happened.
 *
 * <pre>
 * offset size
 *      0    4 magic "LNJF"
 *      4    4 CRC32C of header and payload, this field taken as zero
 *      8   16 UUID of the pool
 *     24    8 sequence number: one more than the frame before
 *     32    8 position: bytes since the first frame ever; modulo the journal's size, its place
 *     40    4 bytes of payload
 *     44    4 flags: bit 0 last frame of its group
 *     48    8 sequence number of the first frame of its group
 *     56    4 blocks of data that the group has the sums of
 *     60    4 zero
 *     64   .. records, then the sums
 * </pre>
 *
 * A record sets consecutive words of one tree: tree key (8), index of the first word (8), count
 * (2), the words (8 each). Words are absolute, so replaying a record twice does no harm.
 *
 * <p>A sum is the number of a block of the device (8) and the CRC32C of what the group left there
 * (4). Only a group of one frame has sums.
 *
 * @param payloadBytes of records and sums
 * @param sums how many
 */
public record JournalFrame(
    long sequence, long position, long groupSequence, int payloadBytes, boolean commits, int sums) {

  /** Bytes before the payload. */
  public static final int HEADER_BYTES = 64;

  /** The largest frame with its header. */
  public static final int MAX_FRAME_BYTES = 256 * 1024;

  /** Bytes of a record before its words. */
  public static final int RECORD_HEADER_BYTES = 18;

  /** Bytes of the sum of a block. */
  public static final int SUM_BYTES = 12;

  /** The most words in a record. */
  public static final int MAX_RECORD_WORDS = 1024;

  static final int MAGIC = 0x464A4E4C;
  static final int MAGIC_OFFSET = 0;
  static final int CRC_OFFSET = 4;
  static final int UUID_OFFSET = 8;
  static final int SEQUENCE_OFFSET = 24;
  static final int POSITION_OFFSET = 32;
  static final int PAYLOAD_BYTES_OFFSET = 40;
  static final int FLAGS_OFFSET = 44;
  static final int GROUP_OFFSET = 48;
  static final int SUMS_OFFSET = 56;

  private static final int COMMITS = 1;

  /** Bytes on the device: whole pages. */
  public int frameBytes() {
    return frameBytes(payloadBytes);
  }

  /** Bytes on the device of a frame with that payload. */
  public static int frameBytes(int payloadBytes) {
    int pages = (HEADER_BYTES + payloadBytes + PoolLayout.PAGE_BYTES - 1) / PoolLayout.PAGE_BYTES;
    return pages * PoolLayout.PAGE_BYTES;
  }

  /** Writes the header before a payload that is already in place from byte 64 on. */
  public void seal(ByteBuffer frame, UUID pool) {
    frame.putInt(MAGIC_OFFSET, MAGIC);
    frame.putLong(UUID_OFFSET, pool.getMostSignificantBits());
    frame.putLong(UUID_OFFSET + Long.BYTES, pool.getLeastSignificantBits());
    frame.putLong(SEQUENCE_OFFSET, sequence);
    frame.putLong(POSITION_OFFSET, position);
    frame.putInt(PAYLOAD_BYTES_OFFSET, payloadBytes);
    frame.putInt(FLAGS_OFFSET, commits ? COMMITS : 0);
    frame.putLong(GROUP_OFFSET, groupSequence);
    frame.putInt(SUMS_OFFSET, sums);
    frame.putInt(SUMS_OFFSET + Integer.BYTES, 0);
    Checksum.seal(frame, HEADER_BYTES + payloadBytes, CRC_OFFSET);
  }

  /**
   * Reads a header, not yet checking the payload; null if there is no header of this pool.
   *
   * @param page at least the header's bytes
   */
  public static JournalFrame peek(ByteBuffer page, UUID pool) {
    int payload = page.getInt(PAYLOAD_BYTES_OFFSET);
    int sums = page.getInt(SUMS_OFFSET);
    if (page.getInt(MAGIC_OFFSET) != MAGIC
        || page.getLong(UUID_OFFSET) != pool.getMostSignificantBits()
        || page.getLong(UUID_OFFSET + Long.BYTES) != pool.getLeastSignificantBits()
        || payload < 0
        || payload > MAX_FRAME_BYTES - HEADER_BYTES
        || sums < 0
        || sums > payload / SUM_BYTES) {
      return null;
    }
    return new JournalFrame(
        page.getLong(SEQUENCE_OFFSET),
        page.getLong(POSITION_OFFSET),
        page.getLong(GROUP_OFFSET),
        payload,
        (page.getInt(FLAGS_OFFSET) & COMMITS) != 0,
        sums);
  }

  /** Whether header and payload are what was written. */
  public boolean isSound(ByteBuffer frame) {
    return Checksum.holds(frame, HEADER_BYTES + payloadBytes, CRC_OFFSET);
  }
}
