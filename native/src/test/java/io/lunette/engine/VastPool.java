/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.format.TreeRoot;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongUnaryOperator;

/**
 * Writes the metadata of a pool of 4 TiB, in a sparse file, as docs/on-disk-format.md has it and
 * without the engine: an image of 3 TiB of which every extent is mapped, and clones of it that make
 * more than 100 TiB together. No data is written, so everything reads as zeroes.
 */
final class VastPool {

  static final int CLONES = 33;
  static final long CAPACITY = 4L << 40;
  static final long IMAGE_BYTES = 3L << 40;

  private static final long EXTENTS = IMAGE_BYTES / PoolLayout.EXTENT_BYTES;
  private static final long JOURNAL_EXTENTS = PoolLayout.journalExtents(CAPACITY);
  private static final long FIRST_EXTENT = PoolLayout.JOURNAL_EXTENT + JOURNAL_EXTENTS;
  private static final long METADATA_EXTENTS = 16_384;
  private static final long FIRST_DATA_EXTENT = FIRST_EXTENT + METADATA_EXTENTS;
  private static final long IMAGE_LAYER = 1;
  private static final long GENERATION = 2;

  private final FileChannel file;
  private final ByteBuffer batch =
      ByteBuffer.allocateDirect(PoolLayout.EXTENT_BYTES / 2).order(ByteOrder.LITTLE_ENDIAN);
  private long extent = FIRST_EXTENT;

  private VastPool(FileChannel file) {
    this.file = file;
  }

  static void write(Path path) throws IOException {
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      new VastPool(file).write();
    }
  }

  private void write() throws IOException {
    file.write(ByteBuffer.allocate(1), CAPACITY - 1);
    TreeRoot map =
        writeTree(
            new TreeKey(TreeKey.Kind.MAP, IMAGE_LAYER),
            EXTENTS,
            i -> MapEntry.of(FIRST_DATA_EXTENT + i, PoolLayout.FULL_MASK));
    Map<TreeKey.Kind, TreeRoot> roots = new EnumMap<>(TreeKey.Kind.class);
    put(roots, TreeKey.Kind.SPACE, space());
    put(roots, TreeKey.Kind.LAYERS, layers(map));
    put(roots, TreeKey.Kind.VOLUMES, volumes());
    put(roots, TreeKey.Kind.GLOBALS, new long[] {CLONES + 2, CLONES + 2});
    long[] metadata = new long[(int) METADATA_EXTENTS];
    Arrays.setAll(metadata, i -> FIRST_EXTENT + i);
    put(roots, TreeKey.Kind.METADATA, metadata);
    writeBatch();
    if (extent > FIRST_DATA_EXTENT) {
      throw new IllegalStateException("more pages than " + METADATA_EXTENTS + " extents hold");
    }
    UUID pool = UUID.randomUUID();
    for (long generation = GENERATION; generation < GENERATION + 2; generation++) {
      ByteBuffer page =
          ByteBuffer.allocateDirect(PoolLayout.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      new Superblock(
              pool,
              generation,
              CAPACITY,
              PoolLayout.JOURNAL_EXTENT,
              JOURNAL_EXTENTS,
              0,
              1,
              true,
              roots)
          .encode(page);
      file.write(page, Superblock.offsetFor(generation));
    }
  }

  private static long[] space() {
    long end = FIRST_DATA_EXTENT + EXTENTS;
    long[] words = new long[(int) (end >>> 6) + 1];
    for (long extent = FIRST_EXTENT; extent < end; extent++) {
      words[(int) (extent >>> 6)] |= 1L << extent;
    }
    return words;
  }

  private static long[] layers(TreeRoot map) {
    long[] words = new long[(CLONES + 2) * LayerSlot.WORDS];
    LayerSlot orphans = new LayerSlot(LayerSlot.State.RELEASED, false, 0, 0, 0);
    put(words, LayerSlot.index(Layer.ORPHANS), orphans.encode());
    LayerSlot image = new LayerSlot(LayerSlot.State.FROZEN, false, 0, IMAGE_BYTES, 1);
    put(words, LayerSlot.index(IMAGE_LAYER), image.encode());
    words[(int) LayerSlot.index(IMAGE_LAYER) + LayerSlot.MAP_ROOT] = map.encode();
    words[(int) LayerSlot.index(IMAGE_LAYER) + LayerSlot.OWNED_EXTENTS] = EXTENTS;
    for (int id = 2; id < CLONES + 2; id++) {
      LayerSlot clone =
          new LayerSlot(LayerSlot.State.WRITABLE, false, IMAGE_LAYER, IMAGE_BYTES, id);
      put(words, LayerSlot.index(id), clone.encode());
    }
    return words;
  }

  private static long[] volumes() {
    long[] words = new long[(CLONES + 2) * VolumeSlot.WORDS];
    put(words, VolumeSlot.index(1), volume(VolumeSlot.State.SEALED, 1, 0, "image"));
    for (int id = 2; id < CLONES + 2; id++) {
      long[] slot = volume(VolumeSlot.State.WRITABLE, id, 1, "clone-" + (id - 2));
      put(words, VolumeSlot.index(id), slot);
    }
    return words;
  }

  private static long[] volume(VolumeSlot.State state, long layer, long origin, String name) {
    return new VolumeSlot(
            state,
            UUID.randomUUID(),
            layer,
            IMAGE_BYTES,
            origin,
            name,
            VolumeSlot.Erase.NONE,
            512,
            VolumeSlot.Use.NONE)
        .encode();
  }

  private static void put(long[] words, long index, long[] slot) {
    System.arraycopy(slot, 0, words, (int) index, slot.length);
  }

  private void put(Map<TreeKey.Kind, TreeRoot> roots, TreeKey.Kind kind, long[] words)
      throws IOException {
    roots.put(kind, writeTree(TreeKey.of(kind), words.length, i -> words[(int) i]));
  }

  /** Level by level, the words of each being the pages of the one below. */
  private TreeRoot writeTree(TreeKey key, long count, LongUnaryOperator word) throws IOException {
    long[] pages = writeLevel(key, 0, 1, count, word);
    int height = 1;
    for (long span = 1; pages.length > 1; height++) {
      span *= TreePage.WORDS;
      long[] below = pages;
      pages = writeLevel(key, height, span, below.length, i -> below[(int) i]);
    }
    return new TreeRoot(pages[0], height);
  }

  private long[] writeLevel(TreeKey key, int level, long span, long count, LongUnaryOperator word)
      throws IOException {
    long[] pages = new long[(int) ((count + TreePage.WORDS - 1) / TreePage.WORDS)];
    long[] words = new long[TreePage.WORDS];
    for (int at = 0; at < pages.length; at++) {
      long first = (long) at * TreePage.WORDS;
      Arrays.setAll(words, i -> first + i < count ? word.applyAsLong(first + i) : 0);
      if (!batch.hasRemaining()) {
        writeBatch();
      }
      ByteBuffer page =
          batch.slice(batch.position(), PoolLayout.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      pages[at] = extent * PoolLayout.PAGES_PER_EXTENT + batch.position() / PoolLayout.PAGE_BYTES;
      batch.position(batch.position() + PoolLayout.PAGE_BYTES);
      TreePage.encode(page, key, level, first * span, GENERATION, pages[at], words);
    }
    return pages;
  }

  /** An extent: its pages, and the copies of them behind. */
  private void writeBatch() throws IOException {
    batch.flip();
    file.write(batch.slice(), extent * PoolLayout.EXTENT_BYTES);
    file.write(batch.slice(), extent * PoolLayout.EXTENT_BYTES + PoolLayout.EXTENT_BYTES / 2);
    batch.clear();
    extent++;
  }
}
