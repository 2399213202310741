/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * Lays a few files on a FAT12 volume of 1 MiB, with long names (Microsoft's FAT specification of
 * 2000, sections "Boot Sector and BPB", "FAT Data Structure" and "Long Directory Entries").
 *
 * <pre>
 *   sector 0        boot sector with the BIOS parameter block
 *   sectors 1 - 6   FAT; a second one in 7 - 12
 *   sectors 13 - 16 root directory: the label, then for each file its long name and its entry
 *   sector 17 on    clusters of one sector, the first numbered 2
 * </pre>
 *
 * Used by one thread, once.
 */
final class FatVolume {

  static final int VOLUME_BYTES = 1 << 20;

  private static final int SECTOR = 512;
  private static final int SECTORS = VOLUME_BYTES / SECTOR;
  private static final int FAT_SECTORS = 6;
  private static final int FAT_OFFSET = SECTOR;
  private static final int ROOT_ENTRIES = 64;
  private static final int ENTRY = 32;
  private static final int ROOT_OFFSET = FAT_OFFSET + 2 * FAT_SECTORS * SECTOR;
  private static final int DATA_OFFSET = ROOT_OFFSET + ROOT_ENTRIES * ENTRY;
  private static final int CLUSTERS = SECTORS - DATA_OFFSET / SECTOR;
  private static final int CLUSTER_FIRST = 2;
  private static final int MEDIA = 0xF8;
  private static final int CHAIN_END = 0xFFF;
  private static final int LABEL_CHARS = 11;
  private static final int NAME_OFFSET_OF_CLUSTER = 26;
  private static final int ATTRIBUTE_OFFSET = 11;
  private static final int DATE_1980 = 0x21;
  private static final int ATTRIBUTE_LABEL = 0x08;
  private static final int ATTRIBUTE_READ_ONLY = 0x01;
  private static final int ATTRIBUTE_LONG_NAME = 0x0F;
  private static final int LONG_NAME_LAST = 0x40;
  private static final int LONG_NAME_CHARS = 13;

  /** Where in an entry of a long name its 13 characters are. */
  private static final int[] LONG_NAME_OFFSETS = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};

  private final ByteBuffer volume =
      ByteBuffer.allocate(VOLUME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private int cluster = CLUSTER_FIRST;
  private int entry;

  private FatVolume() {}

  /**
   * A volume as bytes.
   *
   * @param label up to 11 ASCII characters
   * @param serial what tells this volume from others
   * @throws IllegalArgumentException if the files do not fit
   */
  static ByteBuffer of(String label, int serial, Map<String, byte[]> files) {
    FatVolume made = new FatVolume();
    byte[] padded =
        String.format(Locale.ROOT, "%-" + LABEL_CHARS + "s", label)
            .getBytes(StandardCharsets.US_ASCII);
    made.writeBoot(padded, serial);
    made.setFat(0, CHAIN_END << 8 & 0xF00 | MEDIA);
    made.setFat(1, CHAIN_END);
    made.writeEntry(padded, ATTRIBUTE_LABEL, 0, 0);
    files.forEach(made::addFile);
    made.volume.put(
        FAT_OFFSET + FAT_SECTORS * SECTOR, made.volume, FAT_OFFSET, FAT_SECTORS * SECTOR);
    return made.volume.clear();
  }

  private void writeBoot(byte[] label, int serial) {
    volume.put(0, new byte[] {(byte) 0xEB, 0x3C, (byte) 0x90});
    volume.put(3, "LUNETTE ".getBytes(StandardCharsets.US_ASCII));
    volume.putShort(11, (short) SECTOR);
    volume.put(13, (byte) 1);
    volume.putShort(14, (short) 1);
    volume.put(16, (byte) 2);
    volume.putShort(17, (short) ROOT_ENTRIES);
    volume.putShort(19, (short) SECTORS);
    volume.put(21, (byte) MEDIA);
    volume.putShort(22, (short) FAT_SECTORS);
    volume.putShort(24, (short) 32);
    volume.putShort(26, (short) 2);
    volume.put(36, (byte) 0x80);
    volume.put(38, (byte) 0x29);
    volume.putInt(39, serial);
    volume.put(43, label);
    volume.put(54, "FAT12   ".getBytes(StandardCharsets.US_ASCII));
    volume.putShort(510, (short) 0xAA55);
  }

  private void addFile(String name, byte[] content) {
    int clusters = Math.floorDiv(content.length + SECTOR - 1, SECTOR);
    int longEntries = Math.floorDiv(name.length() + LONG_NAME_CHARS, LONG_NAME_CHARS);
    if (clusters > CLUSTERS + CLUSTER_FIRST - cluster || entry + longEntries >= ROOT_ENTRIES) {
      throw new IllegalArgumentException("the files do not fit on a volume of 1 MiB");
    }
    byte[] shortName = shortName(name);
    for (int part = longEntries; part > 0; part--) {
      writeLongName(name, part, part == longEntries, checksum(shortName));
    }
    writeEntry(shortName, ATTRIBUTE_READ_ONLY, clusters == 0 ? 0 : cluster, content.length);
    volume.put(DATA_OFFSET + (cluster - CLUSTER_FIRST) * SECTOR, content);
    for (int i = 0; i < clusters; i++) {
      setFat(cluster, i + 1 == clusters ? CHAIN_END : cluster + 1);
      cluster++;
    }
  }

  /** A name in eight and three characters that no other file has: their entries differ. */
  private byte[] shortName(String name) {
    String stem = name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9-]", "_");
    String end = "~" + entry;
    return String.format(
            Locale.ROOT,
            "%-" + LABEL_CHARS + "s",
            stem.substring(0, Math.min(stem.length(), 8 - end.length())) + end)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static int checksum(byte[] shortName) {
    int sum = 0;
    for (byte each : shortName) {
      sum = ((sum & 1) << 7) + (sum >> 1) + Byte.toUnsignedInt(each) & 0xFF;
    }
    return sum;
  }

  private void writeLongName(String name, int part, boolean last, int checksum) {
    int at = nextEntry();
    volume.put(at, (byte) (last ? part | LONG_NAME_LAST : part));
    volume.put(at + ATTRIBUTE_OFFSET, (byte) ATTRIBUTE_LONG_NAME);
    volume.put(at + 13, (byte) checksum);
    for (int i = 0; i < LONG_NAME_CHARS; i++) {
      int index = (part - 1) * LONG_NAME_CHARS + i;
      char padding = index == name.length() ? 0 : '\uffff';
      volume.putChar(
          at + LONG_NAME_OFFSETS[i], index < name.length() ? name.charAt(index) : padding);
    }
  }

  private void writeEntry(byte[] name, int attribute, int firstCluster, int length) {
    int at = nextEntry();
    volume.put(at, name);
    volume.put(at + ATTRIBUTE_OFFSET, (byte) attribute);
    volume.putShort(at + 16, (short) DATE_1980);
    volume.putShort(at + 18, (short) DATE_1980);
    volume.putShort(at + 24, (short) DATE_1980);
    volume.putShort(at + NAME_OFFSET_OF_CLUSTER, (short) firstCluster);
    volume.putInt(at + 28, length);
  }

  private int nextEntry() {
    return ROOT_OFFSET + entry++ * ENTRY;
  }

  /** Sets 12 bits: two entries lie in three bytes. */
  private void setFat(int number, int value) {
    int at = FAT_OFFSET + number * 3 / 2;
    int word = Short.toUnsignedInt(volume.getShort(at));
    volume.putShort(
        at, (short) (number % 2 == 0 ? word & 0xF000 | value : word & 0x000F | value << 4));
  }
}
