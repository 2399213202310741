/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;

/**
 * Reads a pool as a stranger would who has nothing but docs/on-disk-format.md: every offset, bit
 * and code comes from the page, none from the engine.
 */
final class PoolByThePage {

  private static final String SUPERBLOCK = "field of a superblock";
  private static final String PAGE = "field of a page";
  private static final String FRAME = "field of a frame";
  private static final String RECORD = "field of a record";
  private static final String SUM = "field of a sum";
  private static final String LAYER = "field of a layer slot";
  private static final String VOLUME = "field of a volume slot";

  private final FormatPage page;
  private final ByteBuffer device;
  private final int extentBytes;
  private final int blockBytes;
  private final int pageBytes;
  private final int superblock;

  /** What the journal set, by tree key and index. */
  private final Map<Long, Map<Long, Long>> replayed = new HashMap<>();

  private int groups;
  private int sums;

  /** Null where none were given. */
  private KeysByThePage keys;

  PoolByThePage(FormatPage page, Path file) throws Exception {
    this.page = page;
    try (FileChannel channel = FileChannel.open(file)) {
      this.device =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
              .order(ByteOrder.LITTLE_ENDIAN);
    }
    this.extentBytes = page.number("an \\*\\*extent\\*\\* (\\d+) bytes");
    this.blockBytes = page.number("a \\*\\*block\\*\\* is (\\d+) bytes");
    this.pageBytes = page.number("a \\*\\*page\\*\\* (\\d+) bytes");
    this.superblock = newestSuperblock();
    replay();
  }

  /** Groups found in the journal. */
  int groups() {
    return groups;
  }

  /** Sums found in the journal, each of them true. */
  int sums() {
    return sums;
  }

  /** Opens all keys of the pool by the one that wraps them; returns how many there are. */
  int openKeys(byte[] wrappingKey) throws Exception {
    keys = new KeysByThePage(page, wrappingKey);
    FormatPage.Bits holds = page.bits("part of the state of a layer", "it holds the wrapped keys");
    FormatPage.Field uuid = page.field(SUPERBLOCK, "UUID of the pool");
    for (long layer = 1; layer < nextLayer(); layer++) {
      if (holds.of(layerWord(layer, page.field(LAYER, "state and flags").at())) == 1) {
        for (long pair = 0; mapEntry(layer, 2 * pair) != 0; pair++) {
          keys.take(
              extent(mapEntry(layer, 2 * pair)),
              extent(mapEntry(layer, 2 * pair + 1)),
              device.slice(superblock + uuid.at(), uuid.size()));
        }
      }
    }
    return keys.count();
  }

  private ByteBuffer extent(long entry) {
    long extent = page.bits("part of a map entry", "physical extent").of(entry);
    return device.slice((int) (extent * extentBytes), extentBytes);
  }

  /** Whether a word of a tree of bits has an extent's. */
  boolean isSet(String kind, long extent) {
    require(page.prose().contains("bit *n* of word *w* stands for extent 64 *w* + *n*"), "bits");
    return (word(kind, extent / 64) >>> extent % 64 & 1) != 0;
  }

  /** Extents whose bit is set. */
  long count(String kind) {
    return LongStream.range(0, ofSuperblock("capacity in bytes") / extentBytes)
        .filter(extent -> isSet(kind, extent))
        .count();
  }

  /** Extents that hold pages. */
  List<Long> metadata() {
    List<Long> extents = new ArrayList<>();
    for (long n = 0; word("METADATA", n) != 0; n++) {
      extents.add(word("METADATA", n));
    }
    return extents;
  }

  /** Extents that a layer gave up of its map. */
  List<Long> dropped(long volume) {
    long layer = volumeWord(volume, page.field(VOLUME, "top layer").at());
    long root = layerWord(layer, page.field(LAYER, "root of its DROPPED").at());
    List<Long> extents = new ArrayList<>();
    // Where the list ends a checkpoint says, and no record.
    for (long n = 0; n < 100; n++) {
      long entry =
          word(
              page.kinds().get("DROPPED"),
              layer,
              page.bits("part of a root", "page").of(root),
              page.bits("part of a root", "height").of(root),
              n);
      if (entry != 0) {
        extents.add(page.bits("part of a map entry", "physical extent").of(entry));
      }
    }
    return extents;
  }

  /** The number that the next volume gets. */
  long nextVolume() {
    return word("GLOBALS", page.codes("word of GLOBALS").get("volume id that is given out next"));
  }

  /** The number that the next layer gets. */
  long nextLayer() {
    return word("GLOBALS", page.codes("word of GLOBALS").get("layer id that is given out next"));
  }

  /** The number of the volume of that name. */
  long volume(String name) {
    for (long id = 1; id < nextVolume(); id++) {
      ByteBuffer bytes =
          ByteBuffer.allocate(page.field(VOLUME, "name").size() * Long.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < page.field(VOLUME, "name").size(); i++) {
        bytes.putLong(volumeWord(id, page.field(VOLUME, "name").at() + i));
      }
      int length = (int) volumeWord(id, page.field(VOLUME, "bytes of the name").at());
      if (name.equals(new String(bytes.array(), 0, length, StandardCharsets.UTF_8))) {
        return id;
      }
    }
    throw new AssertionError("no volume " + name);
  }

  String state(long volume) {
    long state = volumeWord(volume, page.field(VOLUME, "state").at());
    return page.codes("state of a volume").entrySet().stream()
        .filter(code -> code.getValue() == state)
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  long sizeBytes(long volume) {
    return volumeWord(volume, page.field(VOLUME, "size").at());
  }

  /** What a volume holds in one of its blocks. */
  byte[] read(long volume, long block) throws Exception {
    int blocksPerExtent = extentBytes / blockBytes;
    byte[] content = new byte[blockBytes];
    long layer = volumeWord(volume, page.field(VOLUME, "top layer").at());
    for (long depth = 0; layer != 0; depth++) {
      require(depth < nextLayer(), "chain of layers");
      long entry = mapEntry(layer, block / blocksPerExtent);
      int inExtent = (int) (block % blocksPerExtent);
      if ((page.bits("part of a map entry", "mask").of(entry) >>> inExtent & 1) != 0) {
        long extent = page.bits("part of a map entry", "physical extent").of(entry);
        if (extent != 0) {
          long offset = extent * extentBytes + (long) inExtent * blockBytes;
          device.get((int) offset, content);
          long key = layerWord(layer, page.field(LAYER, "number of the key").at());
          return key == 0 ? content : keys.decipher(key, offset, content);
        }
        return content;
      }
      layer = layerWord(layer, page.field(LAYER, "parent").at());
    }
    return content;
  }

  private long mapEntry(long layer, long index) {
    long root = layerWord(layer, page.field(LAYER, "root of its MAP").at());
    return word(
        page.kinds().get("MAP"),
        layer,
        page.bits("part of a root", "page").of(root),
        page.bits("part of a root", "height").of(root),
        index);
  }

  private long volumeWord(long volume, int word) {
    return word("VOLUMES", volume * page.number("volume id x (\\d+)") + word);
  }

  private long layerWord(long layer, int word) {
    return word("LAYERS", layer * page.number("layer id x (\\d+)") + word);
  }

  /** A word of a tree of which the pool has one. */
  private long word(String kind, long index) {
    FormatPage.Field roots = page.field(SUPERBLOCK, "six roots");
    String[] kinds = roots.what().replaceFirst(".*: ", "").split(", ");
    int at = superblock + roots.at();
    for (int i = 0; !kinds[i].equals(kind); i++) {
      at += roots.size() / kinds.length;
    }
    return word(
        page.kinds().get(kind), 0, device.getLong(at), device.getLong(at + Long.BYTES), index);
  }

  private long word(int kind, long layer, long root, long height, long index) {
    long key = (long) kind << page.bits("part of a tree key", "kind").first() | layer;
    Long set = replayed.getOrDefault(key, Map.of()).get(index);
    if (set != null) {
      return set;
    }
    int perPage = page.field(PAGE, "words").size() / Long.BYTES;
    long rest = index;
    long number = root;
    for (long level = Math.max(1, height) - 1; number != 0; level--) {
      int at = (int) (number * pageBytes);
      require(text(at, 4).equals("LNPG"), "magic of page " + number);
      requireCopy(at);
      requireChecksum(at, pageBytes, page.field(PAGE, "CRC32C").at());
      require(device.getLong(at + page.field(PAGE, "tree key").at()) == key, "key");
      require(device.getInt(at + page.field(PAGE, "level").at()) == level, "level");
      require(
          device.getLong(at + page.field(PAGE, "index of the first word").at()) == index - rest,
          "first index");
      long span = (long) Math.pow(perPage, level);
      if (rest >= span * perPage) {
        return 0;
      }
      long found =
          device.getLong(at + page.field(PAGE, "words").at() + (int) (rest / span) * Long.BYTES);
      if (level == 0) {
        return found;
      }
      number = found;
      rest %= span;
    }
    return 0;
  }

  private void requireCopy(int at) {
    FormatPage.Field distance = page.field(PAGE, "how many pages further on");
    int copy = at + device.getInt(at + distance.at()) * pageBytes;
    require(
        copy > at && device.slice(at, pageBytes).equals(device.slice(copy, pageBytes)),
        "copy of the page at " + at);
  }

  private int newestSuperblock() {
    int newest = -1;
    for (int at : new int[] {0, extentBytes}) {
      String magic = page.field(SUPERBLOCK, "magic").what();
      require(
          magic.equals("magic `" + text(at, 7) + "` and a line feed") && device.get(at + 7) == 10,
          "magic of superblock at " + at);
      requireChecksum(at, pageBytes, page.field(SUPERBLOCK, "CRC32C").at());
      require(
          device.getInt(at + page.field(SUPERBLOCK, "version").at())
              == page.number("format of a pool, version (\\d+)"),
          "version");
      int generation = page.field(SUPERBLOCK, "generation").at();
      if (newest < 0 || device.getLong(at + generation) > device.getLong(newest + generation)) {
        newest = at;
      }
    }
    return newest;
  }

  private long ofSuperblock(String field) {
    return device.getLong(superblock + page.field(SUPERBLOCK, field).at());
  }

  private void replay() {
    long ring = ofSuperblock("first extent of the journal") * extentBytes;
    long ringBytes = ofSuperblock("extents of the journal") * extentBytes;
    long position = ofSuperblock("journal position");
    long sequence = ofSuperblock("sequence number");
    Map<Long, Map<Long, Long>> group = new HashMap<>();
    while (true) {
      int at = (int) (ring + position % ringBytes);
      if (!text(at, 4).equals("LNJF")
          || device.getLong(at + page.field(FRAME, "sequence number").at()) != sequence
          || device.getLong(at + page.field(FRAME, "position").at()) != position) {
        return;
      }
      int payload = device.getInt(at + page.field(FRAME, "bytes of payload").at());
      int header = page.field(FRAME, "records").at();
      requireChecksum(at, header + payload, page.field(FRAME, "CRC32C").at());
      int ofSums = device.getInt(at + page.field(FRAME, "blocks of data").at());
      int end = at + header + payload - ofSums * page.field(SUM, "CRC32C").end();
      takeRecords(at + header, end, group);
      requireSums(end, ofSums);
      int flags = device.getInt(at + page.field(FRAME, "flags").at());
      if ((flags >>> page.codes("flag of a frame").get("LAST") & 1) != 0) {
        groups++;
        group.forEach(
            (key, words) -> replayed.computeIfAbsent(key, k -> new HashMap<>()).putAll(words));
        group.clear();
      }
      position += (long) (header + payload + pageBytes - 1) / pageBytes * pageBytes;
      sequence++;
    }
  }

  private void takeRecords(int from, int end, Map<Long, Map<Long, Long>> group) {
    int at = from;
    while (at < end) {
      long key = device.getLong(at + page.field(RECORD, "tree key").at());
      long index = device.getLong(at + page.field(RECORD, "index").at());
      int count = device.getShort(at + page.field(RECORD, "count").at());
      at += page.field(RECORD, "words").at();
      for (int i = 0; i < count; i++) {
        group.computeIfAbsent(key, k -> new HashMap<>()).put(index + i, device.getLong(at));
        at += Long.BYTES;
      }
    }
    require(at == end, "records end at " + at + ", not at " + end);
  }

  /** The data of the last group need not be there, but nothing here was ever torn. */
  private void requireSums(int from, int count) {
    for (int i = 0; i < count; i++) {
      int at = from + i * page.field(SUM, "CRC32C").end();
      long block = device.getLong(at + page.field(SUM, "number of a block").at());
      CRC32C crc = new CRC32C();
      crc.update(device.slice((int) block * blockBytes, blockBytes));
      require(
          (int) crc.getValue() == device.getInt(at + page.field(SUM, "CRC32C").at()),
          "sum of block " + block);
      sums++;
    }
  }

  private String text(int at, int length) {
    byte[] bytes = new byte[length];
    device.get(at, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private void requireChecksum(int at, int length, int field) {
    byte[] bytes = new byte[length];
    device.get(at, bytes);
    ByteBuffer structure = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int stored = structure.getInt(field);
    structure.putInt(field, 0);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    require((int) crc.getValue() == stored, "checksum at byte " + at);
  }

  static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("not as the page says: " + what);
    }
  }
}
