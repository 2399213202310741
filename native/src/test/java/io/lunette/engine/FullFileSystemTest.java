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
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sparse pool on a file system that is really full; {@link EngineFullTest} has the cases. */
class FullFileSystemTest {

  private static final int MIB = 1 << 20;
  private static final VolumeName VOLUME = new VolumeName("volume");

  @TempDir Path directory;

  private EngineVolumeDriver driver;

  @Test
  void theWriteIsRefusedAndAllElseGoesOnAlsoAfterACrash() throws Exception {
    try (var mount = ScratchDevices.mountMemory(directory, 24 * MIB)) {
      Path ballast = Files.write(mount.directory().resolve("ballast"), new byte[4 * MIB]);
      Path pool = mount.directory().resolve("pool");
      EngineVolumeDriver.createPool(pool, 256 * MIB);
      open(pool);
      driver.create(VOLUME, 128 * MIB);
      assertThat(driver.space().availableBytes()).isBetween(10L * MIB, 20L * MIB);

      int written = fill();

      assertThat(driver.space().availableBytes()).isLessThan(2L * MIB);
      assertThat(driver.space().cleanBytes()).isGreaterThan(200L * MIB);
      assertThat(driver.space().usedPercent()).isGreaterThan(80);

      assertThat(written).isBetween(4, 20);
      requireContent(written);
      write(0, 1);
      driver.abandon();
      open(pool);
      requireContent(written);
      write(0, 1);

      Files.delete(ballast);

      write(written, written + 1);
      requireContent(written + 1);
      driver.close();
      assertThat(PoolCheck.check(pool).problems()).isEmpty();
    }
  }

  private void open(Path pool) throws Exception {
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC());
  }

  /** Writes mebibyte after mebibyte until one is refused; returns how many were not. */
  private int fill() {
    int[] written = {0};
    BlockException refused =
        catchThrowableOfType(
            BlockException.class,
            () -> {
              while (true) {
                write(written[0], written[0] + 1);
                written[0]++;
              }
            });
    assertThat(refused.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
    assertThat(refused).hasMessageContaining("the file system under the pool is full");
    return written[0];
  }

  private void requireContent(int written) throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_ONLY)) {
      for (int i = 0; i < written; i++) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(MIB);
        BlockingIo.read(volume, (long) i * MIB, bytes);
        assertThat(bytes.mismatch(filled(i + 1))).as("mebibyte %d", i).isEqualTo(-1);
      }
    }
  }

  private void write(int mebibyte, int value) throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(volume, (long) mebibyte * MIB, filled(value), Durability.DURABLE);
    }
  }

  private static ByteBuffer filled(int value) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(MIB);
    while (bytes.hasRemaining()) {
      bytes.put((byte) value);
    }
    return bytes.flip();
  }
}
