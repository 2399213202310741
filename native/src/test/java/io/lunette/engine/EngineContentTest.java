/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What volumes read after writes, discards and resizes at the edges of blocks and extents. */
class EngineContentTest {

  private static final int EXTENT = 64 * 1024;
  private static final int BLOCK = 4096;
  private static final int SECTOR = 512;
  private static final int SIZE = 6 * EXTENT;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName CLONE = new VolumeName("clone");

  private EngineVolumeDriver driver;

  @BeforeEach
  void openPool() throws Exception {
    PagedDevice device = new PagedDevice(64L << 20);
    PoolState.format(device, new UUID(7, 7));
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
  }

  @Test
  void shrinkingWithinAnExtentKeepsWhatLiesBeforeTheEnd() throws Exception {
    driver.create(VOLUME, EXTENT + 8 * BLOCK);
    write(VOLUME, 0, filled(EXTENT + 8 * BLOCK, 5));

    driver.resize(VOLUME, EXTENT + 7 * BLOCK);

    assertThat(read(VOLUME)).isEqualTo(filled(EXTENT + 7 * BLOCK, 5));
  }

  @Test
  void whatAShrinkCutOffIsZeroesWhenTheVolumeGrowsAgain() throws Exception {
    driver.create(VOLUME, EXTENT + 8 * BLOCK);
    write(VOLUME, 0, filled(EXTENT + 8 * BLOCK, 5));

    driver.resize(VOLUME, 3 * BLOCK);
    driver.resize(VOLUME, 2 * EXTENT);

    byte[] expected = new byte[2 * EXTENT];
    Arrays.fill(expected, 0, 3 * BLOCK, (byte) 5);
    assertThat(read(VOLUME)).isEqualTo(expected);
  }

  @Test
  @Tag("WA-6")
  @Tag("HA-5")
  void aCloneReadsItsOwnWritesAndDiscardsAndTheImageElsewhere() throws Exception {
    byte[] image = filled(SIZE, 9);
    makeImage(image);
    byte[] expected = image.clone();
    Random random = new Random(3);
    try (BlockDevice clone = driver.open(CLONE, AccessMode.READ_WRITE)) {
      for (int step = 1; step <= 400; step++) {
        int from = random.nextInt(SIZE / SECTOR) * SECTOR;
        int length = Math.min(SIZE - from, (1 + random.nextInt(150)) * SECTOR);
        int kind = random.nextInt(3);
        byte value = kind == 0 ? (byte) step : 0;
        if (kind == 0) {
          ByteBuffer bytes = ByteBuffer.allocateDirect(length).put(filled(length, value)).flip();
          BlockingIo.write(clone, from, bytes, Durability.VISIBLE);
        } else if (kind == 1) {
          BlockingIo.discard(clone, from, length);
        } else {
          BlockingIo.writeZeroes(clone, from, length, Provisioning.KEEP, Durability.VISIBLE);
        }
        Arrays.fill(expected, from, from + length, value);
      }
    }

    assertThat(read(CLONE)).isEqualTo(expected);
    assertThat(read(VOLUME)).isEqualTo(image);
  }

  @Test
  void aDiscardOfAWholeCloneHidesTheImageAndTakesNoSpace() throws Exception {
    makeImage(filled(SIZE, 9));
    try (BlockDevice clone = driver.open(CLONE, AccessMode.READ_WRITE)) {
      BlockingIo.discard(clone, 0, SIZE);
      BlockingIo.flush(clone);
    }

    assertThat(read(CLONE)).isEqualTo(new byte[SIZE]);
    assertThat(driver.find(CLONE).orElseThrow().allocatedBytes()).isZero();
  }

  @Test
  void whatADeletedSnapshotLeavesCountsAsTheVolumesOwn() throws Exception {
    driver.create(VOLUME, SIZE);
    write(VOLUME, 0, filled(2 * EXTENT, 5));
    driver.snapshot(VOLUME, CLONE);
    write(VOLUME, 0, filled(EXTENT, 6));
    assertThat(driver.find(VOLUME).orElseThrow().allocatedBytes()).isEqualTo(EXTENT);

    driver.delete(CLONE);

    // All three until the layers have merged and the one that shows no more has been dropped.
    assertThat(driver.find(VOLUME).orElseThrow().allocatedBytes()).isIn(3L * EXTENT, 2L * EXTENT);
  }

  private void makeImage(byte[] content) throws Exception {
    driver.create(VOLUME, content.length);
    write(VOLUME, 0, content);
    driver.seal(VOLUME);
    driver.clone(VOLUME, List.of(CLONE));
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private void write(VolumeName name, long offset, byte[] content) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(content.length).put(content).flip();
      BlockingIo.write(volume, offset, bytes, Durability.VISIBLE);
    }
  }

  private byte[] read(VolumeName name) throws Exception {
    byte[] content = new byte[(int) driver.find(name).orElseThrow().sizeBytes()];
    ByteBuffer bytes = ByteBuffer.allocateDirect(content.length);
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      BlockingIo.read(volume, 0, bytes);
    }
    bytes.get(0, content);
    return content;
  }
}
