/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.key.KeyEncryptionKey;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool that the engine wrote is read by nothing but what docs/on-disk-format.md says. */
class PoolByThePageTest {

  private static final int BLOCK = 4096;
  private static final int BLOCKS_PER_EXTENT = 16;

  /** More extents than a leaf of a map has words. */
  private static final long SIZE = 80 << 20;

  private static final long FAR = SIZE / BLOCK - 1;

  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName CLONE = new VolumeName("clone");

  @TempDir Path directory;

  @Test
  void whatWasWrittenIsWhereThePageSaysInTheTreesAndInTheJournal() throws Exception {
    Path file = directory.resolve("pool");
    Path left = directory.resolve("left");
    EngineVolumeDriver.createPool(file, 32 << 20);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      driver.create(IMAGE, SIZE);
      try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_WRITE)) {
        write(image, 0, 1);
        write(image, 5, 2);
        write(image, BLOCKS_PER_EXTENT, 3);
        write(image, FAR, 4);
      }
      driver.seal(IMAGE);
      driver.clone(IMAGE, List.of(CLONE));
      try (BlockDevice clone = driver.open(CLONE, AccessMode.READ_WRITE)) {
        write(clone, 5, 5);
        write(clone, FAR - 1, 6);
        BlockingIo.discard(clone, BLOCKS_PER_EXTENT * BLOCK, BLOCKS_PER_EXTENT * BLOCK);
        BlockingIo.flush(clone);
      }
      Files.copy(file, left);
    }

    PoolByThePage journal = new PoolByThePage(FormatPage.read(), left);
    PoolByThePage trees = new PoolByThePage(FormatPage.read(), file);

    assertThat(journal.groups()).isPositive();
    assertThat(journal.sums()).isPositive();
    assertThat(trees.groups()).isZero();
    assertHolds(journal);
    assertHolds(trees);
  }

  @Test
  void whatIsEncipheredIsToldByTheKeysAsThePageHasThem() throws Exception {
    Path file = directory.resolve("pool");
    byte[] wrappingKey = new byte[32];
    Arrays.fill(wrappingKey, (byte) 0x4B);
    MemoryVault vault = new MemoryVault();
    vault.create(new UUID(0, 0), new KeyEncryptionKey(1, wrappingKey));
    EngineVolumeDriver.createPool(file, 32 << 20);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC(), vault)) {
      driver.createEncrypted(IMAGE, SIZE, BLOCK);
      driver.createEncrypted(CLONE, SIZE, BLOCK);
      for (VolumeName name : List.of(IMAGE, CLONE)) {
        try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
          write(volume, 5, name.equals(IMAGE) ? 2 : 3);
        }
      }
    }

    PoolByThePage pool = new PoolByThePage(FormatPage.read(), file);

    assertThat(pool.openKeys(wrappingKey)).isEqualTo(2);
    assertThat(pool.read(pool.volume("image"), 5)).isEqualTo(content(2));
    assertThat(pool.read(pool.volume("clone"), 5)).isEqualTo(content(3));
    assertThat(pool.read(pool.volume("clone"), 6)).isEqualTo(content(0));
  }

  @Test
  void whatIsNotCleanIsMarkedInUseAndWhatWasGivenUpIsListed() throws Exception {
    Path file = directory.resolve("pool");
    Path left = directory.resolve("left");
    EngineVolumeDriver.createPool(file, 32 << 20);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      driver.create(IMAGE, SIZE);
      try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_WRITE)) {
        write(image, 0, 1);
        write(image, BLOCKS_PER_EXTENT, 2);
        BlockingIo.discard(image, 0, BLOCKS_PER_EXTENT * BLOCK);
        BlockingIo.flush(image);
        Files.copy(file, left);
      }
    }

    for (Path path : List.of(left, file)) {
      PoolByThePage pool = new PoolByThePage(FormatPage.read(), path);
      assertThat(pool.dropped(pool.volume("image"))).hasSize(1);
      assertThat(pool.metadata()).isNotEmpty();
      assertThat(pool.dropped(pool.volume("image"))).allMatch(at -> pool.isSet("SPACE", at));
      assertThat(pool.metadata()).allMatch(at -> pool.isSet("SPACE", at));
      assertThat(pool.count("SPACE"))
          .as("one mapped, one dropped, metadata, and what is reserved")
          .isEqualTo(2 + pool.metadata().size() + pool.count("RESERVED"));
      assertThat(pool.count("RESERVED") > 0)
          .as("reserved while it is open")
          .isEqualTo(path == left);
    }
  }

  @Test
  void runsOfASuperblockAreWhereThePageSays() throws Exception {
    FormatPage page = FormatPage.read();
    ByteBuffer bytes = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    new Superblock(
            new UUID(1, 2),
            2,
            64 << 20,
            2,
            64,
            0,
            1,
            true,
            new EnumMap<>(TreeKey.Kind.class),
            List.of(new ExtentRun(100, 7), new ExtentRun(300, 9)),
            0)
        .encode(bytes);

    FormatPage.Field count = page.field("field of a superblock", "runs of extents");
    FormatPage.Field runs =
        page.field(
            "field of a superblock",
            "at most " + Superblock.MAX_TAKING + " such runs (first extent 8, extents 8)");
    assertThat(bytes.getLong(count.at())).isEqualTo(2);
    assertThat(LongStream.range(0, 5).map(i -> bytes.getLong(runs.at() + (int) i * Long.BYTES)))
        .containsExactly(100L, 7L, 300L, 9L, 0L);
  }

  private static void assertHolds(PoolByThePage pool) throws Exception {
    long image = pool.volume("image");
    long clone = pool.volume("clone");
    assertThat(pool.state(image)).isEqualTo("SEALED");
    assertThat(pool.state(clone)).isEqualTo("WRITABLE");
    assertThat(pool.sizeBytes(clone)).isEqualTo(SIZE);
    assertThat(pool.nextVolume()).isEqualTo(3);
    assertThat(pool.nextLayer()).isEqualTo(3);

    assertThat(pool.read(image, 0)).isEqualTo(content(1));
    assertThat(pool.read(image, 1)).isEqualTo(content(0));
    assertThat(pool.read(image, 5)).isEqualTo(content(2));
    assertThat(pool.read(image, BLOCKS_PER_EXTENT)).isEqualTo(content(3));
    assertThat(pool.read(image, FAR)).isEqualTo(content(4));
    assertThat(pool.read(image, FAR - 1)).isEqualTo(content(0));

    assertThat(pool.read(clone, 0)).isEqualTo(content(1));
    assertThat(pool.read(clone, 5)).isEqualTo(content(5));
    assertThat(pool.read(clone, BLOCKS_PER_EXTENT)).isEqualTo(content(0));
    assertThat(pool.read(clone, FAR)).isEqualTo(content(4));
    assertThat(pool.read(clone, FAR - 1)).isEqualTo(content(6));
  }

  private static void write(BlockDevice device, long block, int value) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK).put(content(value)).flip();
    BlockingIo.write(device, block * BLOCK, bytes, Durability.DURABLE);
  }

  /** Zeroes for 0. */
  private static byte[] content(int value) {
    byte[] bytes = new byte[BLOCK];
    for (int i = 0; i < BLOCK && value != 0; i++) {
      bytes[i] = (byte) (value * 31 + i);
    }
    return bytes;
  }
}
