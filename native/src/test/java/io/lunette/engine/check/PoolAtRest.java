/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.DataRuns;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.RawBytes;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.format.VolumeSlot;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** A pool file of 256 MiB that tests work on, damage, and look into. */
record PoolAtRest(Path file) {

  private static final long MIB = 1 << 20;
  private static final int PAGE_MAGIC = 0x47504E4C;

  /** All that {@link #work} writes lies below. */
  private static final int WRITTEN_BYTES = 4 << 20;

  private static final int PAGE = PoolLayout.PAGE_BYTES;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName CLONE = new VolumeName("clone");

  static final long JOURNAL = PoolLayout.JOURNAL_EXTENT * PoolLayout.EXTENT_BYTES;
  static final long JOURNAL_BYTES = PoolLayout.journalExtents(256 * MIB) * PoolLayout.EXTENT_BYTES;

  /** A page of a tree that lies on the device, in use or not. */
  record Page(long number, int kind, long layer, int level, long generation) {

    long offset() {
      return number * PAGE;
    }

    long copyOffset() {
      return TreePage.copyOf(number) * PAGE;
    }
  }

  static PoolAtRest create(Path file) throws Exception {
    EngineVolumeDriver.createPool(file, 256 * MIB);
    return new PoolAtRest(file);
  }

  /** Image, clone with writes and a discard, snapshot, a clone erased, one deleted. */
  void work() throws Exception {
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      VolumeName erased = new VolumeName("erased");
      VolumeName deleted = new VolumeName("deleted");
      driver.create(IMAGE, 64 * MIB);
      fill(driver, IMAGE, 40);
      driver.seal(IMAGE);
      driver.clone(IMAGE, List.of(CLONE, erased, deleted));
      fill(driver, CLONE, 20);
      fill(driver, erased, 10);
      fill(driver, deleted, 10);
      driver.snapshot(CLONE, new VolumeName("snapshot"));
      fill(driver, CLONE, 30);
      try (BlockDevice device = driver.open(CLONE, AccessMode.READ_WRITE)) {
        BlockingIo.discard(device, 0, 2 * PoolLayout.EXTENT_BYTES);
      }
      if (blocksOf(erased) == 0) {
        throw new AssertionError("nothing of " + erased + " is to be found");
      }
      driver.delete(deleted);
      driver
          .erase(erased, EraseRequest.zeroFillVerified())
          .result()
          .toCompletableFuture()
          .get(1, TimeUnit.MINUTES);
      if (blocksOf(erased) != 0) {
        throw new AssertionError("something of " + erased + " is left");
      }
    }
  }

  /** A copy that is as sparse as this one, in place of what was there. */
  PoolAtRest copyTo(Path copy) throws Exception {
    try (FileChannel from = FileChannel.open(file);
        FileChannel to =
            FileChannel.open(
                copy,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
      for (DataRuns.Run run : DataRuns.of(file)) {
        long copied =
            from.transferTo(run.offsetBytes(), run.lengthBytes(), to.position(run.offsetBytes()));
        if (copied != run.lengthBytes()) {
          throw new AssertionError("copied " + copied + " of " + run.lengthBytes() + " bytes");
        }
      }
    }
    try (RandomAccessFile open = new RandomAccessFile(copy.toFile(), "rw")) {
      open.setLength(Files.size(file));
    }
    return new PoolAtRest(copy);
  }

  /** How many blocks that were written to a volume are in the file, past every map. */
  int blocksOf(VolumeName name) throws Exception {
    return RawBytes.occurrences(file, mark(name));
  }

  /** Of what is written to a volume, and nowhere in metadata. */
  private static byte[] mark(VolumeName name) {
    return ("a block of " + name).getBytes(StandardCharsets.US_ASCII);
  }

  /** A copy of the pool's file as it was while it was open and had commits in the journal. */
  Path leftOpen(Path copy) throws Exception {
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      for (int i = 0; i < 5; i++) {
        driver.clone(IMAGE, List.of(new VolumeName("late-" + i)));
        fill(driver, new VolumeName("late-" + i), 3);
      }
      Files.copy(file, copy);
    }
    return copy;
  }

  /** Writes a block of each of the first so many extents of a volume. */
  static void fill(EngineVolumeDriver driver, VolumeName name, int extents) throws Exception {
    try (BlockDevice device = driver.open(name, AccessMode.READ_WRITE)) {
      for (int i = 0; i < extents; i++) {
        ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES);
        block.putInt(0, 1 + i).put(Integer.BYTES, mark(name));
        BlockingIo.write(device, (long) i * PoolLayout.EXTENT_BYTES, block, Durability.VISIBLE);
      }
      BlockingIo.flush(device);
    }
  }

  void flip(long offset) throws Exception {
    flipBit(offset, 4);
  }

  /** Inverts a bit of a page, and the same of its copy. */
  void flipBoth(Page page, int field) throws Exception {
    flip(page.offset() + field);
    flip(page.copyOffset() + field);
  }

  /** Inverts one bit. */
  void flipBit(long offset, int bit) throws Exception {
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
      pool.seek(offset);
      int old = pool.read();
      pool.seek(offset);
      pool.write(old ^ 1 << bit);
    }
  }

  /** Every page of a tree that can be told by its magic; not the copies. */
  List<Page> pages() throws Exception {
    List<Page> pages = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer pool =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
              .order(ByteOrder.LITTLE_ENDIAN);
      for (int at = (int) (JOURNAL + JOURNAL_BYTES); at < pool.capacity(); at += PAGE) {
        if (pool.getInt(at) == PAGE_MAGIC && pool.getLong(at + 32) == at / PAGE) {
          long key = pool.getLong(at + 8);
          pages.add(
              new Page(
                  at / PAGE,
                  (int) (key >>> 56),
                  key & (1L << 56) - 1,
                  pool.getInt(at + 40),
                  pool.getLong(at + 24)));
        }
      }
    }
    return pages;
  }

  /** The newest leaf of a tree that covers its first words. */
  Page newestLeaf(int kind, long layer) throws Exception {
    return pages().stream()
        .filter(page -> page.kind == kind && page.layer == layer && page.level == 0)
        .max((a, b) -> Long.compare(a.generation, b.generation))
        .orElseThrow();
  }

  /** Changes a word in the newest leaf of a layer's map, and seals the page anew. */
  void rewriteMapWord(long layer, long index, long word) throws Exception {
    rewriteWord(newestLeaf(16, layer), (int) index, word);
  }

  /** Changes a word of a page and of its copy and seals them anew: no checksum tells of it. */
  void rewriteWord(Page page, int word, long value) throws Exception {
    rewriteWordAt(page.offset(), word, value);
    rewriteWordAt(page.copyOffset(), word, value);
  }

  /** Changes a word of a page, or copy, that lies there, and seals it anew. */
  void rewriteWordAt(long offset, int word, long value) throws Exception {
    rewrite(offset, 64 + word * Long.BYTES, value);
  }

  /** Has a page, or copy, that lies there be of another generation. */
  void rewriteGeneration(long offset, long generation) throws Exception {
    rewrite(offset, 24, generation);
  }

  /** Has a page, or copy, be what it was before its last write: older, and without its words. */
  void loseLastWrite(long offset, long generation) throws Exception {
    rewrite(
        offset,
        page -> {
          page.putLong(24, generation - 1);
          page.put(64, new byte[PAGE - 64]);
        });
  }

  private void rewrite(long offset, int field, long value) throws Exception {
    rewrite(offset, page -> page.putLong(field, value));
  }

  private void rewrite(long offset, Consumer<ByteBuffer> change) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
      pool.seek(offset);
      pool.readFully(bytes.array());
      change.accept(bytes);
      bytes.putInt(4, 0);
      CRC32C crc = new CRC32C();
      crc.update(bytes.array(), 0, PAGE);
      bytes.putInt(4, (int) crc.getValue());
      pool.seek(offset);
      pool.write(bytes.array());
    }
  }

  /** Has there be no volume of that number, though its layers are there. */
  void forgetVolume(long id) throws Exception {
    Page volumes = newestLeaf(TreeKey.Kind.VOLUMES.code(), 0);
    for (int word = 0; word < VolumeSlot.WORDS; word++) {
      rewriteWord(volumes, (int) VolumeSlot.index(id) + word, 0);
    }
  }

  long word(Page page, int word) throws Exception {
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "r")) {
      pool.seek(page.offset() + 64 + word * (long) Long.BYTES);
      return Long.reverseBytes(pool.readLong());
    }
  }

  /** A volume, as the dump shows it. */
  PoolDump.VolumeView volume(String name) throws Exception {
    return PoolDump.read(file, false).volumes().stream()
        .filter(volume -> volume.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** A layer with its map, as the dump shows it. */
  PoolDump.LayerView layer(long id) throws Exception {
    return PoolDump.read(file, true).layers().stream()
        .filter(layer -> layer.id() == id)
        .findFirst()
        .orElseThrow();
  }

  /** Of the whole file. */
  String digest() throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (InputStream in = Files.newInputStream(file);
        OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(sink);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Opens the pool and reads the beginning of every volume that can be opened, by its name. */
  Map<String, byte[]> contents() throws Exception {
    Map<String, byte[]> contents = new TreeMap<>();
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      for (VolumeInfo info : driver.list()) {
        if (info.state() == VolumeState.WRITABLE || info.state() == VolumeState.SEALED) {
          contents.put(info.name().value(), content(driver, info));
        }
      }
    }
    return contents;
  }

  private static byte[] content(EngineVolumeDriver driver, VolumeInfo info) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocateDirect(WRITTEN_BYTES);
    try (BlockDevice device = driver.open(info.name(), AccessMode.READ_ONLY)) {
      BlockingIo.read(device, 0, bytes);
    } catch (BlockException e) {
      throw new AssertionError(info.name() + " cannot be read", e);
    }
    byte[] content = new byte[WRITTEN_BYTES];
    bytes.get(0, content);
    return content;
  }
}
