/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The four primary partitions of a master boot record.
 *
 * <pre>
 *   446  entry 1 .. 4, 16 bytes each:  +4 type  +8 first sector (32 bits)  +12 sectors (32 bits)
 *   510  55 AA
 * </pre>
 */
final class MbrTable implements PartitionTable {

  static final int ENTRIES_OFFSET = 446;
  static final int SECTORS_OFFSET = 12;
  private static final int ENTRY_BYTES = 16;
  private static final int ENTRIES = 4;
  private static final int TYPE_OFFSET = 4;
  private static final int FIRST_OFFSET = 8;
  private static final int SIGNATURE_OFFSET = 510;
  private static final int SIGNATURE = 0xAA55;
  private static final int TYPE_GPT = 0xEE;

  private final ByteBuffer boot;

  MbrTable(ByteBuffer boot) {
    this.boot = boot;
  }

  static boolean isSigned(ByteBuffer boot) {
    return Short.toUnsignedInt(boot.getShort(SIGNATURE_OFFSET)) == SIGNATURE;
  }

  /** Whether its first entry only keeps the place of a GPT. */
  static boolean isProtective(ByteBuffer boot) {
    return type(boot, 1) == TYPE_GPT;
  }

  private static int type(ByteBuffer boot, int number) {
    return Byte.toUnsignedInt(boot.get(entry(number) + TYPE_OFFSET));
  }

  private static int entry(int number) {
    return ENTRIES_OFFSET + (number - 1) * ENTRY_BYTES;
  }

  private long first(int number) {
    return Integer.toUnsignedLong(boot.getInt(entry(number) + FIRST_OFFSET));
  }

  private long sectors(int number) {
    return Integer.toUnsignedLong(boot.getInt(entry(number) + SECTORS_OFFSET));
  }

  @Override
  public DiskSplit split(int partition) {
    if (partition > ENTRIES) {
      throw new IllegalArgumentException(
          "partition " + partition + " would be a logical one; only 1 to 4 can be split off");
    }
    if (type(boot, partition) == 0 || sectors(partition) == 0) {
      throw new IllegalArgumentException("there is no partition " + partition);
    }
    long start = first(partition);
    for (int other = 1; other <= ENTRIES; other++) {
      if (other != partition && type(boot, other) != 0 && first(other) + sectors(other) > start) {
        throw new IllegalArgumentException(
            "partition " + other + " ends behind the start of partition " + partition);
      }
    }
    return new DiskSplit(
        start * DiskSplit.SECTOR,
        DiskSplit.wholeBlocks(start) * DiskSplit.SECTOR,
        List.of(new DiskSplit.Patch(entry(partition), new byte[ENTRY_BYTES])),
        start * DiskSplit.SECTOR,
        sectors(partition) * DiskSplit.SECTOR);
  }
}
