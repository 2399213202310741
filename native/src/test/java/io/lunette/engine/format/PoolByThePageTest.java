/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
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

  private static void assertHolds(PoolByThePage pool) {
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
