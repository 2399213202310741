/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.blockio.ScratchDevices;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A sparse pool on a file system that is really full; {@link EngineFullTest} has the cases. */
class FullFileSystemTest {

  private static final int MIB = 1 << 20;
  private static final long EXTENT = 65_536;
  private static final int BLOCK = 4096;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName RETURNED = new VolumeName("returned");

  @TempDir Path directory;

  private EngineVolumeDriver driver;

  @Test
  void theWriteIsRefusedAndAllElseGoesOnAlsoAfterACrash() throws Exception {
    try (var mount = ScratchDevices.mount("tmpfs", directory, 24 * MIB)) {
      Path ballast = Files.write(mount.directory().resolve("ballast"), new byte[4 * MIB]);
      Path pool = mount.directory().resolve("pool");
      EngineVolumeDriver.createPool(pool, 256 * MIB);
      open(pool);
      driver.create(VOLUME, 128 * MIB);
      assertThat(driver.space().availableBytes()).isBetween(10L * MIB, 20L * MIB);

      int written = fill(VOLUME);

      assertThat(driver.space().availableBytes()).isLessThan(2L * MIB);
      assertThat(driver.space().cleanBytes()).isGreaterThan(200L * MIB);
      assertThat(driver.space().usedPercent()).isGreaterThan(80);

      assertThat(written).isBetween(4, 20);
      requireContent(written);
      write(VOLUME, 0, 1);
      driver.abandon();
      open(pool);
      requireContent(written);
      write(VOLUME, 0, 1);

      Files.delete(ballast);

      write(VOLUME, written, written + 1);
      requireContent(written + 1);
      driver.close();
      assertThat(PoolCheck.check(pool).problems()).isEmpty();
    }
  }

  /** What is CLEAN has space under it once it was scrubbed, wherever it lies. */
  @ParameterizedTest
  @CsvSource({"tmpfs, ZERO_FILL", "ext4, ZERO_FILL", "ext4, WRITE_ZEROES_OFFLOAD"})
  void whatScrubbedExtentsHaveServesWhoeverWritesNext(String fileSystem, EraseMethod method)
      throws Exception {
    try (var mount = ScratchDevices.mount(fileSystem, directory, 48 * MIB)) {
      Path pool = mount.directory().resolve("pool");
      EngineVolumeDriver.createPool(pool, 256 * MIB);
      open(pool);
      driver.create(VOLUME, 128 * MIB);
      driver.create(RETURNED, 128 * MIB);
      writeBlocks(VOLUME, 0, 64);
      int returned = fill(RETURNED);
      assertThat(returned).isGreaterThan(8);
      erase(RETURNED, method);
      requireGone(pool, 1);
      requireGone(pool, returned);
      fillUp(mount.directory().resolve("ballast"));

      writeBlocks(VOLUME, 1, 64);
      for (int i = 8; i < 8 + returned / 2; i++) {
        write(VOLUME, i, i + 1);
      }

      requireBlocks(VOLUME, 64);
      for (int i = 8; i < 8 + returned / 2; i++) {
        require(VOLUME, i, i + 1);
      }
      driver.abandon();
      open(pool);
      requireBlocks(VOLUME, 64);
      require(VOLUME, 8, 9);
      assertThat(fill(RETURNED)).isLessThan(returned);
      driver.close();
      open(pool);
      requireBlocks(VOLUME, 64);
      require(VOLUME, 8, 9);
      driver.close();
      assertThat(PoolCheck.check(pool).problems()).isEmpty();
    }
  }

  /** Such space is no data to the file system. */
  @Test
  void whatTheFileSystemZeroedServesWhoeverWritesNext() throws Exception {
    try (var mount = ScratchDevices.mount("ext4", directory, 48 * MIB)) {
      Path pool = mount.directory().resolve("pool");
      EngineVolumeDriver.createPool(pool, 256 * MIB);
      open(pool);
      driver.create(VOLUME, 128 * MIB);
      driver.create(RETURNED, 128 * MIB);
      writeBlocks(VOLUME, 0, 64);
      for (int i = 0; i < 16; i++) {
        write(RETURNED, i, i + 1);
      }
      erase(RETURNED, EraseMethod.WRITE_ZEROES_OFFLOAD);
      fillUp(mount.directory().resolve("ballast"));

      writeBlocks(VOLUME, 1, 64);

      requireBlocks(VOLUME, 64);
      driver.close();
      assertThat(PoolCheck.check(pool).problems()).isEmpty();
    }
  }

  /** Of the other volume there are single blocks alone. */
  private static void requireGone(Path pool, int value) throws Exception {
    byte[] twoBlocks = new byte[2 * BLOCK];
    filled(twoBlocks.length, value).get(twoBlocks);
    assertThat(RawBytes.occurrences(pool, twoBlocks)).isZero();
  }

  private void open(Path pool) throws Exception {
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC());
  }

  /** Writes mebibyte after mebibyte until one is refused; returns how many were not. */
  private int fill(VolumeName volume) {
    int[] written = {0};
    BlockException refused =
        catchThrowableOfType(
            BlockException.class,
            () -> {
              while (true) {
                write(volume, written[0], written[0] + 1);
                written[0]++;
              }
            });
    assertThat(refused.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
    assertThat(refused).hasMessageContaining("the file system is full");
    return written[0];
  }

  private void requireContent(int written) throws Exception {
    for (int i = 0; i < written; i++) {
      require(VOLUME, i, i + 1);
    }
  }

  private void require(VolumeName name, int mebibyte, int value) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(MIB);
      BlockingIo.read(volume, (long) mebibyte * MIB, bytes);
      assertThat(bytes.mismatch(filled(MIB, value))).as("mebibyte %d", mebibyte).isEqualTo(-1);
    }
  }

  private void write(VolumeName name, int mebibyte, int value) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      BlockingIo.write(volume, (long) mebibyte * MIB, filled(MIB, value), Durability.DURABLE);
    }
  }

  /** Writes one block of each of so many extents, which leaves holes in all of them. */
  private void writeBlocks(VolumeName name, int block, int extents) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      for (int i = 0; i < extents; i++) {
        BlockingIo.write(
            volume, i * EXTENT + (long) block * BLOCK, filled(BLOCK, i + 1), Durability.VISIBLE);
      }
      BlockingIo.flush(volume);
    }
  }

  private void requireBlocks(VolumeName name, int extents) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      for (int i = 0; i < extents; i++) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(2 * BLOCK);
        BlockingIo.read(volume, i * EXTENT, bytes);
        assertThat(bytes.mismatch(filled(2 * BLOCK, i + 1))).as("extent %d", i).isEqualTo(-1);
      }
    }
  }

  private void erase(VolumeName name, EraseMethod method) throws Exception {
    var unused =
        driver
            .erase(name, new EraseRequest(method, true))
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
  }

  /** Takes all that the file system still gives. */
  private static void fillUp(Path ballast) throws Exception {
    try (FileChannel file =
        FileChannel.open(ballast, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (true) {
        int unused = file.write(filled(BLOCK, 1));
        file.force(true);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left on device");
    }
  }

  private static ByteBuffer filled(int length, int value) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(length);
    while (bytes.hasRemaining()) {
      bytes.put((byte) value);
    }
    return bytes.flip();
  }
}
