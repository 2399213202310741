/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A pool file as docs/on-disk-format.md has it, by nobody's code but this: for flipping bits. */
record PoolBytes(Path file) {

  static final int EXTENT = 65_536;
  static final int PAGE = 4096;
  static final int RECORD = 128;

  /** From a page of a tree to its copy. */
  static final int COPY = EXTENT / 2;

  private static final int PAGE_MAGIC = 0x47504E4C;
  private static final int RECORD_MAGIC = 0x594B4E4C;
  private static final Map<Integer, String> KINDS =
      Map.of(
          1,
          "VOLUMES",
          2,
          "LAYERS",
          3,
          "SPACE",
          4,
          "RESERVED",
          5,
          "METADATA",
          6,
          "GLOBALS",
          16,
          "MAP",
          17,
          "DROPPED");

  /** A page of a tree. */
  record Page(String kind, long layer, long number) {

    long offset() {
      return number * PAGE;
    }
  }

  /** A copy that is as sparse as it can be. */
  PoolBytes copyTo(Path target) throws Exception {
    byte[] extent = new byte[EXTENT];
    byte[] zeroes = new byte[EXTENT];
    Files.deleteIfExists(target);
    try (RandomAccessFile from = new RandomAccessFile(file.toFile(), "r");
        RandomAccessFile to = new RandomAccessFile(target.toFile(), "rw")) {
      to.setLength(from.length());
      for (long at = 0; at < from.length(); at += EXTENT) {
        from.readFully(extent);
        if (!java.util.Arrays.equals(extent, zeroes)) {
          to.seek(at);
          to.write(extent);
        }
      }
    }
    return new PoolBytes(target);
  }

  /** Inverts a bit of the byte at each of these offsets. */
  PoolBytes flip(List<Long> offsets) throws Exception {
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
      for (long offset : offsets) {
        pool.seek(offset);
        int old = pool.read();
        pool.seek(offset);
        pool.write(old ^ 0x10);
      }
    }
    return this;
  }

  /** Makes a record of a key zero, as where none is. */
  PoolBytes clearRecord(long offset) throws Exception {
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
      pool.seek(offset);
      pool.write(new byte[RECORD]);
    }
    return this;
  }

  /** All pages of trees, in use or not; not the copies. */
  List<Page> pages() throws Exception {
    List<Page> pages = new ArrayList<>();
    ByteBuffer bytes = bytes();
    for (int at = 2 * EXTENT; at < bytes.capacity(); at += PAGE) {
      if (bytes.getInt(at) == PAGE_MAGIC && bytes.getLong(at + 32) == at / PAGE) {
        long key = bytes.getLong(at + 8);
        pages.add(new Page(KINDS.get((int) (key >>> 56)), key & (1L << 56) - 1, at / PAGE));
      }
    }
    return pages;
  }

  /** Where the records of each key lie. */
  Map<Long, List<Long>> keyRecords() throws Exception {
    Map<Long, List<Long>> records = new TreeMap<>();
    ByteBuffer bytes = bytes();
    for (int at = 2 * EXTENT; at < bytes.capacity(); at += RECORD) {
      if (bytes.getInt(at) == RECORD_MAGIC) {
        records.computeIfAbsent(bytes.getLong(at + 24), key -> new ArrayList<>()).add((long) at);
      }
    }
    return records;
  }

  /** Where the journal begins, and how many bytes its ring has. */
  long[] journal() throws Exception {
    ByteBuffer superblock = bytes();
    return new long[] {superblock.getLong(80) * EXTENT, superblock.getLong(88) * EXTENT};
  }

  private ByteBuffer bytes() throws Exception {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
