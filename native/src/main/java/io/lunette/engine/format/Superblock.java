/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Where everything begins. Two are written in turn, at the beginning of extents 0 and 1; the one of
 * the higher generation that is sound counts.
 *
 * <pre>
 * offset size
 *      0    8 magic "LUNETTE" and a line feed
 *      8    4 version of the format: 1
 *     12    4 CRC32C of the 4096 bytes, this field taken as zero
 *     16    8 incompatible features: an unknown bit means hands off; bit 0 keys, bit 1 copies,
 *              bit 2 sums
 *     24    8 read-only compatible features: an unknown bit means do not write
 *     32    8 compatible features: an unknown bit means nothing
 *     40   16 UUID of the pool
 *     56    8 generation
 *     64    8 capacity of the pool in bytes
 *     72    4 bytes in an extent: 65536
 *     76    4 bytes in a block: 4096
 *     80    8 first extent of the journal
 *     88    8 extents of the journal
 *     96    8 position in the journal at which replay begins
 *    104    8 sequence number of the frame there
 *    112    8 flags: bit 0 closed cleanly
 *    120    8 byte offset of this superblock
 *    128   16 root of VOLUMES: page, then height; both 8 bytes
 *    144   16 root of LAYERS
 *    160   16 root of SPACE
 *    176   16 root of RESERVED
 *    192   16 root of METADATA
 *    208   16 root of GLOBALS
 *    224    8 runs of extents that may hold pages although the space map calls them CLEAN
 *    232   .. the runs, at most 240: first extent, then extents; both 8 bytes
 * </pre>
 *
 * @param features the incompatible ones that the pool makes use of
 */
public record Superblock(
    UUID pool,
    long generation,
    long capacityBytes,
    long journalExtent,
    long journalExtents,
    long journalTail,
    long journalSequence,
    boolean closedCleanly,
    Map<TreeKey.Kind, TreeRoot> roots,
    List<ExtentRun> taking,
    long features) {

  /** Incompatible feature: layers may have keys, and hide what lies below them. */
  public static final long KEYS = 1;

  /** Incompatible feature: pages of trees may have copies, which must be written with them. */
  public static final long COPIES = 2;

  /** Incompatible feature: groups of the journal may have sums of data, which must be looked at. */
  public static final long SUMS = 4;

  /** The most runs of {@link #taking}. */
  public static final int MAX_TAKING = 240;

  static final long MAGIC = 0x0A455454454E554CL;
  static final int VERSION = 1;
  static final int MAGIC_OFFSET = 0;
  static final int VERSION_OFFSET = 8;
  static final int CRC_OFFSET = 12;
  static final int INCOMPATIBLE_OFFSET = 16;
  static final int READ_ONLY_COMPATIBLE_OFFSET = 24;
  static final int COMPATIBLE_OFFSET = 32;
  static final int UUID_OFFSET = 40;
  static final int GENERATION_OFFSET = 56;
  static final int CAPACITY_OFFSET = 64;
  static final int EXTENT_BYTES_OFFSET = 72;
  static final int BLOCK_BYTES_OFFSET = 76;
  static final int JOURNAL_EXTENT_OFFSET = 80;
  static final int JOURNAL_EXTENTS_OFFSET = 88;
  static final int JOURNAL_TAIL_OFFSET = 96;
  static final int JOURNAL_SEQUENCE_OFFSET = 104;
  static final int FLAGS_OFFSET = 112;
  static final int SELF_OFFSET = 120;
  static final int ROOTS_OFFSET = 128;

  static final int TAKING_COUNT_OFFSET = 224;
  static final int TAKING_OFFSET = 232;

  private static final long CLOSED_CLEANLY = 1;

  public Superblock {
    roots = Map.copyOf(roots);
    taking = List.copyOf(taking);
    if (taking.size() > MAX_TAKING) {
      throw new IllegalArgumentException(taking.size() + " runs of extents");
    }
  }

  /** A superblock of a new pool, which takes no extents and has no features but copies and sums. */
  public Superblock(
      UUID pool,
      long generation,
      long capacityBytes,
      long journalExtent,
      long journalExtents,
      long journalTail,
      long journalSequence,
      boolean closedCleanly,
      Map<TreeKey.Kind, TreeRoot> roots) {
    this(
        pool,
        generation,
        capacityBytes,
        journalExtent,
        journalExtents,
        journalTail,
        journalSequence,
        closedCleanly,
        roots,
        List.of(),
        COPIES | SUMS);
  }

  /** The next superblock, which says the same, but that pages will be written to these extents. */
  public Superblock announcing(List<ExtentRun> runs) {
    return new Superblock(
        pool,
        generation + 1,
        capacityBytes,
        journalExtent,
        journalExtents,
        journalTail,
        journalSequence,
        closedCleanly,
        roots,
        runs,
        features);
  }

  /** The byte offset at which the superblock of that generation is written. */
  public static long offsetFor(long generation) {
    return (generation & 1) * PoolLayout.EXTENT_BYTES;
  }

  /** Writes it into the first 4096 bytes of a little-endian buffer. */
  public void encode(ByteBuffer target) {
    for (int i = 0; i < PoolLayout.PAGE_BYTES; i += Long.BYTES) {
      target.putLong(i, 0);
    }
    target.putLong(MAGIC_OFFSET, MAGIC);
    target.putInt(VERSION_OFFSET, VERSION);
    target.putLong(INCOMPATIBLE_OFFSET, features);
    target.putLong(UUID_OFFSET, pool.getMostSignificantBits());
    target.putLong(UUID_OFFSET + Long.BYTES, pool.getLeastSignificantBits());
    target.putLong(GENERATION_OFFSET, generation);
    target.putLong(CAPACITY_OFFSET, capacityBytes);
    target.putInt(EXTENT_BYTES_OFFSET, PoolLayout.EXTENT_BYTES);
    target.putInt(BLOCK_BYTES_OFFSET, PoolLayout.BLOCK_BYTES);
    target.putLong(JOURNAL_EXTENT_OFFSET, journalExtent);
    target.putLong(JOURNAL_EXTENTS_OFFSET, journalExtents);
    target.putLong(JOURNAL_TAIL_OFFSET, journalTail);
    target.putLong(JOURNAL_SEQUENCE_OFFSET, journalSequence);
    target.putLong(FLAGS_OFFSET, closedCleanly ? CLOSED_CLEANLY : 0);
    target.putLong(SELF_OFFSET, offsetFor(generation));
    int at = ROOTS_OFFSET;
    for (TreeKey.Kind kind : TreeKey.Kind.values()) {
      if (!kind.isPerLayer()) {
        TreeRoot root = roots.getOrDefault(kind, TreeRoot.EMPTY);
        target.putLong(at, root.page());
        target.putLong(at + Long.BYTES, root.height());
        at += 2 * Long.BYTES;
      }
    }
    target.putLong(TAKING_COUNT_OFFSET, taking.size());
    at = TAKING_OFFSET;
    for (ExtentRun run : taking) {
      target.putLong(at, run.first());
      target.putLong(at + Long.BYTES, run.extents());
      at += 2 * Long.BYTES;
    }
    Checksum.seal(target, PoolLayout.PAGE_BYTES, CRC_OFFSET);
  }

  /** Whether these bytes claim to be a superblock, sound or not. */
  public static boolean hasMagic(ByteBuffer source) {
    return source.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(MAGIC_OFFSET) == MAGIC;
  }

  /**
   * Reads it.
   *
   * @param offset where on the device the bytes were found
   * @throws UnknownFormatException if it is sound and of a format that is not ours
   * @throws FormatException if it is not one, is damaged or misplaced
   */
  public static Superblock decode(ByteBuffer source, long offset) throws FormatException {
    if (!hasMagic(source)) {
      throw new FormatException("no superblock at " + offset);
    }
    if (!Checksum.holds(source, PoolLayout.PAGE_BYTES, CRC_OFFSET)) {
      throw new FormatException("superblock at " + offset + " fails its checksum");
    }
    int version = source.getInt(VERSION_OFFSET);
    if (version != VERSION) {
      throw new UnknownFormatException(
          "format version " + version + " is not known to this release");
    }
    long unknown =
        source.getLong(INCOMPATIBLE_OFFSET) & ~(KEYS | COPIES | SUMS)
            | source.getLong(READ_ONLY_COMPATIBLE_OFFSET);
    if (unknown != 0) {
      throw new UnknownFormatException(
          "feature bits 0x" + Long.toHexString(unknown) + " are not known to this release");
    }
    if (source.getLong(SELF_OFFSET) != offset
        || source.getInt(EXTENT_BYTES_OFFSET) != PoolLayout.EXTENT_BYTES
        || source.getInt(BLOCK_BYTES_OFFSET) != PoolLayout.BLOCK_BYTES) {
      throw new FormatException("superblock at " + offset + " is not the one that belongs there");
    }
    Map<TreeKey.Kind, TreeRoot> roots = new EnumMap<>(TreeKey.Kind.class);
    int at = ROOTS_OFFSET;
    for (TreeKey.Kind kind : TreeKey.Kind.values()) {
      if (!kind.isPerLayer()) {
        roots.put(
            kind,
            new TreeRoot(source.getLong(at), Math.max(1, (int) source.getLong(at + Long.BYTES))));
        at += 2 * Long.BYTES;
      }
    }
    return new Superblock(
        new UUID(source.getLong(UUID_OFFSET), source.getLong(UUID_OFFSET + Long.BYTES)),
        source.getLong(GENERATION_OFFSET),
        source.getLong(CAPACITY_OFFSET),
        source.getLong(JOURNAL_EXTENT_OFFSET),
        source.getLong(JOURNAL_EXTENTS_OFFSET),
        source.getLong(JOURNAL_TAIL_OFFSET),
        source.getLong(JOURNAL_SEQUENCE_OFFSET),
        (source.getLong(FLAGS_OFFSET) & CLOSED_CLEANLY) != 0,
        roots,
        taking(source),
        source.getLong(INCOMPATIBLE_OFFSET));
  }

  private static List<ExtentRun> taking(ByteBuffer source) throws FormatException {
    long count = source.getLong(TAKING_COUNT_OFFSET);
    if (count < 0 || count > MAX_TAKING) {
      throw new FormatException("superblock with " + count + " runs of extents");
    }
    List<ExtentRun> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = TAKING_OFFSET + i * 2 * Long.BYTES;
      runs.add(new ExtentRun(source.getLong(at), source.getLong(at + Long.BYTES)));
    }
    return runs;
  }
}
