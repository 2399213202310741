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
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The page that tells what a layer gave up is damaged, and its copy too: what needs it fails, and
 * all else goes on.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DamagedDroppedTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName SNAPSHOT = new VolumeName("snapshot");
  private static final VolumeName OTHER = new VolumeName("other");
  private static final int EXTENT = PoolLayout.EXTENT_BYTES;

  private final PagedDevice device = new PagedDevice(64L << 20);
  private EngineVolumeDriver driver;

  @BeforeEach
  void makeAVolumeThatGaveSomethingUp() throws Exception {
    PoolState.format(device, new UUID(5, 8));
    open();
    driver.create(VOLUME, 16 * EXTENT);
    write(VOLUME, 1);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.discard(volume, 0, EXTENT);
    }
  }

  @Test
  void itsMergeFailsAndTheOthersAreWritten() throws Exception {
    driver.snapshot(VOLUME, SNAPSHOT);
    damage();

    driver.delete(SNAPSHOT);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      assertThatThrownBy(() -> BlockingIo.purge(volume)).isInstanceOf(BlockException.class);
    }

    requireTheOtherIsWritten();
  }

  @Test
  void aDiscardFailsAndTheOthersAreWritten() throws Exception {
    damage();

    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      assertThatThrownBy(() -> BlockingIo.discard(volume, EXTENT, EXTENT))
          .isInstanceOf(BlockException.class)
          .hasMessageContaining("of DROPPED");
    }

    requireTheOtherIsWritten();
  }

  @Test
  void anAtomicOverwriteFailsAndTheOthersAreWritten() throws Exception {
    damage();

    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES);
      assertThatThrownBy(() -> BlockingIo.writeAtomic(volume, EXTENT, block, Durability.DURABLE))
          .isInstanceOf(BlockException.class)
          .hasMessageContaining("of DROPPED");
    }

    requireTheOtherIsWritten();
  }

  private void damage() throws Exception {
    driver.close();
    TreePages.damage(device, TreePages.newestLeaf(device, TreePages.DROPPED));
    open();
  }

  private void requireTheOtherIsWritten() throws Exception {
    driver.create(OTHER, 16 * EXTENT);
    write(OTHER, 2);
    driver.close();
    open();
    assertThat(read(OTHER, 0)).isEqualTo(2);
    assertThat(read(VOLUME, EXTENT)).isEqualTo(1);
    driver.close();
  }

  private int read(VolumeName name, long offset) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES);
      BlockingIo.read(volume, offset, block);
      return block.getInt(0);
    }
  }

  private void write(VolumeName name, int number) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      for (long at = 0; at < 4 * EXTENT; at += EXTENT) {
        ByteBuffer extent = ByteBuffer.allocateDirect(EXTENT).putInt(0, number);
        BlockingIo.write(volume, at, extent, Durability.DURABLE);
      }
    }
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }
}
