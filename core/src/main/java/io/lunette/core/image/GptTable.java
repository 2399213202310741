/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A GUID partition table (UEFI specification, section 5.3).
 *
 * <pre>
 *   header, in LBA 1 and the last one:
 *     0 "EFI PART"   12 header size   16 CRC-32 of the header   24 own LBA   32 the other's LBA
 *    40 first usable LBA   48 last usable LBA   72 LBA of the entries   80 number of entries
 *    84 size of an entry   88 CRC-32 of the entries
 *   entry:  0 type (zero: unused)   32 first LBA   40 last LBA
 * </pre>
 */
final class GptTable implements PartitionTable {

  private static final long SIGNATURE = 0x5452415020494645L;
  private static final int SIZE_OFFSET = 12;
  private static final int CRC_OFFSET = 16;
  private static final int OWN_OFFSET = 24;
  private static final int OTHER_OFFSET = 32;
  private static final int LAST_USABLE_OFFSET = 48;
  private static final int ENTRIES_OFFSET = 72;
  private static final int COUNT_OFFSET = 80;
  private static final int ENTRY_SIZE_OFFSET = 84;
  private static final int ENTRIES_CRC_OFFSET = 88;
  private static final int HEADER_BYTES = 92;
  private static final int FIRST_OFFSET = 32;
  private static final int LAST_OFFSET = 40;
  private static final int ENTRY_BYTES_MIN = 128;
  private static final int TABLE_BYTES_MAX = 1 << 20;
  private static final long MBR_SECTORS_MAX = 0xFFFF_FFFFL;

  private final ByteBuffer boot;
  private final ByteBuffer header;
  private final ByteBuffer entries;

  private GptTable(ByteBuffer boot, ByteBuffer header, ByteBuffer entries) {
    this.boot = boot;
    this.header = header;
    this.entries = entries;
  }

  static GptTable read(FileChannel disk, ByteBuffer boot) throws IOException {
    ByteBuffer header = PartitionTable.bytes(disk, DiskSplit.SECTOR, DiskSplit.SECTOR);
    int size = header.getInt(SIZE_OFFSET);
    if (header.getLong(0) != SIGNATURE || size < HEADER_BYTES || size > DiskSplit.SECTOR) {
      throw damaged("header");
    }
    if (header.getInt(CRC_OFFSET) != headerCrc(header, size)) {
      throw damaged("header");
    }
    long tableBytes =
        Integer.toUnsignedLong(header.getInt(COUNT_OFFSET))
            * Integer.toUnsignedLong(header.getInt(ENTRY_SIZE_OFFSET));
    if (header.getInt(ENTRY_SIZE_OFFSET) < ENTRY_BYTES_MIN || tableBytes > TABLE_BYTES_MAX) {
      throw damaged("header");
    }
    long entriesLba = header.getLong(ENTRIES_OFFSET);
    if (entriesLba < 2 || entriesLba > Integer.MAX_VALUE) {
      throw damaged("header");
    }
    ByteBuffer entries =
        PartitionTable.bytes(disk, entriesLba * DiskSplit.SECTOR, (int) tableBytes);
    if (header.getInt(ENTRIES_CRC_OFFSET) != crc(entries)) {
      throw damaged("list of partitions");
    }
    return new GptTable(boot, header, entries);
  }

  private static IllegalArgumentException damaged(String what) {
    return new IllegalArgumentException(
        "the " + what + " of its GPT is damaged; repair it, for instance with sgdisk");
  }

  private int entry(int number) {
    return (number - 1) * header.getInt(ENTRY_SIZE_OFFSET);
  }

  private boolean isUsed(int number) {
    return entries.getLong(entry(number)) != 0 || entries.getLong(entry(number) + 8) != 0;
  }

  private long first(int number) {
    return entries.getLong(entry(number) + FIRST_OFFSET);
  }

  private long last(int number) {
    return entries.getLong(entry(number) + LAST_OFFSET);
  }

  @Override
  public DiskSplit split(int partition) {
    int count = header.getInt(COUNT_OFFSET);
    if (partition > count || !isUsed(partition)) {
      throw new IllegalArgumentException("there is no partition " + partition);
    }
    long start = first(partition);
    if (start < 1 || last(partition) < start || last(partition) > Long.MAX_VALUE / 1024) {
      throw damaged("list of partitions");
    }
    for (int other = 1; other <= count; other++) {
      if (other != partition && isUsed(other) && last(other) >= start) {
        throw new IllegalArgumentException(
            "partition " + other + " ends behind the start of partition " + partition);
      }
    }
    long tableSectors = Math.floorDiv(entries.limit() + DiskSplit.SECTOR - 1, DiskSplit.SECTOR);
    long sectors = DiskSplit.wholeBlocks(start + tableSectors + 1);
    return new DiskSplit(
        start * DiskSplit.SECTOR,
        sectors * DiskSplit.SECTOR,
        without(partition, sectors, tableSectors),
        start * DiskSplit.SECTOR,
        (last(partition) - start + 1) * DiskSplit.SECTOR);
  }

  /** Both tables of a disk of so many sectors that does not have the partition. */
  private List<DiskSplit.Patch> without(int partition, long sectors, long tableSectors) {
    ByteBuffer list = copy(entries);
    list.put(entry(partition), new byte[header.getInt(ENTRY_SIZE_OFFSET)]);
    long end = sectors - 1;
    long entriesLba = header.getLong(ENTRIES_OFFSET);
    ByteBuffer mbr = copy(boot);
    mbr.putInt(
        MbrTable.ENTRIES_OFFSET + MbrTable.SECTORS_OFFSET, (int) Math.min(end, MBR_SECTORS_MAX));
    return List.of(
        patch(0, mbr),
        patch(1, headerOf(list, 1, end, entriesLba, end - tableSectors - 1)),
        patch(entriesLba, list),
        patch(end - tableSectors, list),
        patch(end, headerOf(list, end, 1, end - tableSectors, end - tableSectors - 1)));
  }

  private ByteBuffer headerOf(
      ByteBuffer list, long own, long other, long entriesLba, long lastUsable) {
    ByteBuffer made = copy(header);
    made.putLong(OWN_OFFSET, own);
    made.putLong(OTHER_OFFSET, other);
    made.putLong(LAST_USABLE_OFFSET, lastUsable);
    made.putLong(ENTRIES_OFFSET, entriesLba);
    made.putInt(ENTRIES_CRC_OFFSET, crc(list));
    made.putInt(CRC_OFFSET, headerCrc(made, made.getInt(SIZE_OFFSET)));
    return made;
  }

  private static ByteBuffer copy(ByteBuffer source) {
    return ByteBuffer.allocate(source.limit())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(source.duplicate().rewind())
        .flip();
  }

  private static DiskSplit.Patch patch(long lba, ByteBuffer content) {
    return new DiskSplit.Patch(lba * DiskSplit.SECTOR, content.array());
  }

  private static int crc(ByteBuffer content) {
    CRC32 crc = new CRC32();
    crc.update(content.duplicate().rewind());
    return (int) crc.getValue();
  }

  /** Of a header whose own field counts as zero. */
  private static int headerCrc(ByteBuffer header, int size) {
    ByteBuffer blank = copy(header);
    blank.putInt(CRC_OFFSET, 0);
    return crc(blank.limit(size));
  }
}
