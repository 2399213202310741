/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.key.KeyFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The medium of the key file is away while an epoch is to be turned. */
class KeyFileAwayTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName OTHER = new VolumeName("other");
  private static final int BLOCK = 4096;

  private final PagedDevice device = new PagedDevice(64L << 20);

  @TempDir private Path directory;
  private EngineVolumeDriver driver;

  @Test
  void noEraseByKeySucceedsAndNothingIsKeptInItsStead() throws Exception {
    Path mounted = Files.createDirectory(directory.resolve("mounted"));
    Path file = mounted.resolve("pool.keys");
    PoolState.format(device, new UUID(7, 7));
    open(file);
    driver.createEncrypted(VOLUME, 1 << 20, BLOCK);
    driver.createEncrypted(OTHER, 1 << 20, BLOCK);
    write(OTHER, 5);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      Path away = Files.move(mounted, directory.resolve("away"));
      Files.createDirectory(mounted);
      assertThatThrownBy(() -> BlockingIo.await(volume::cryptoErase))
          .isInstanceOf(BlockException.class)
          .hasMessageContaining("is not there");
      assertThat(mounted).isEmptyDirectory();

      Files.delete(mounted);
      Files.move(away, mounted);
      driver.abandon();
    }
    open(file);
    assertThat(driver.keyTrouble()).isEmpty();
    assertThat(read(OTHER)).isEqualTo(5);
    assertThat(read(VOLUME)).isZero();
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.await(volume::cryptoErase);
    }
    driver.close();
    open(file);
    assertThat(read(OTHER)).isEqualTo(5);
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private void open(Path file) throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, KeyFile.at(file));
  }

  private void write(VolumeName name, int content) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, content);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
  }

  private int read(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      BlockingIo.read(volume, 0, block);
      return block.getInt(0);
    }
  }
}
