/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.time.Clock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The ring fills up behind a group that vouches for blocks, and there is no space for a checkpoint:
 * overwrites go on, of these blocks too.
 */
class VouchedFullTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final int EXTENT = PoolLayout.EXTENT_BYTES;

  private final FillingDevice device = new FillingDevice();
  private EngineVolumeDriver driver;

  @BeforeEach
  void makeVolume() throws Exception {
    CrashLife.format(device, 1);
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20);
    driver.create(VOLUME, CrashLife.POOL_BYTES);
  }

  @ParameterizedTest
  @EnumSource
  void whatTheLastGroupBeforeTheFullRingVouchesForCanBeOverwritten(Durability durability)
      throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      device.fillUp();
      int refused = writeUntilRefused(volume);
      assertThat(refused).isGreaterThan(10);

      for (int block = 0; block < refused; block++) {
        BlockingIo.write(volume, (long) block * EXTENT, numbered(-block - 1), durability);
      }
      for (int block = 0; block < refused; block++) {
        assertThat(read(volume, block)).isEqualTo(-block - 1);
      }
      driver.abandon();
      requireThere(device.copy(), refused, durability);
    }
  }

  /** Though the volume has a change that no commit had room for. */
  @Test
  void overwritesOfWhatIsDurableCanBeFlushed() throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      device.fillUp();
      int refused = writeUntilRefused(volume);
      for (int block = 0; block < refused; block++) {
        BlockingIo.write(volume, (long) block * EXTENT, numbered(-block - 1), Durability.VISIBLE);
      }
      int before = device.flushes();

      BlockingIo.flush(volume);

      assertThat(device.flushes()).isGreaterThan(before);
      driver.abandon();
      requireThere(device.copy(), refused, Durability.VISIBLE);
    }
  }

  @Test
  void anOverwriteOfWhatNoCommitHasCannotBeFlushed() throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      device.fillUp();
      int refused = writeUntilRefused(volume);
      BlockingIo.write(volume, (long) refused * EXTENT, numbered(7), Durability.VISIBLE);

      BlockException noSpace =
          catchThrowableOfType(BlockException.class, () -> BlockingIo.flush(volume));

      assertThat(noSpace.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
      driver.abandon();
    }
  }

  /**
   * A block of each extent by a commit of its own; returns the first that there was no space for.
   */
  private static int writeUntilRefused(BlockDevice volume) throws Exception {
    for (int block = 0; ; block++) {
      try {
        BlockingIo.write(volume, (long) block * EXTENT, numbered(block + 1), Durability.DURABLE);
      } catch (BlockException refusal) {
        assertThat(refusal.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
        return block;
      }
    }
  }

  private static void requireThere(PagedDevice left, int blocks, Durability durability)
      throws Exception {
    EngineVolumeDriver reopened = EngineVolumeDriver.open(left, Clock.systemUTC(), 8 << 20);
    try (BlockDevice volume = reopened.open(VOLUME, AccessMode.READ_ONLY)) {
      for (int block = 0; block < blocks; block++) {
        assertThat(read(volume, block))
            .as("%s, extent %d", durability, block)
            .isEqualTo(-block - 1);
      }
    }
    reopened.close();
  }

  private static ByteBuffer numbered(int number) {
    return ByteBuffer.allocateDirect(BLOCK).putInt(0, number);
  }

  private static int read(BlockDevice volume, int block) throws Exception {
    ByteBuffer content = ByteBuffer.allocateDirect(BLOCK);
    BlockingIo.read(volume, (long) block * EXTENT, content);
    return content.getInt(0);
  }
}
