/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Reads that begin before a snapshot is made and end after it was deleted and its layer merged into
 * the one above, which the read never looked at.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReadOverMergeTest {

  private static final int EXTENT = 64 * 1024;
  private static final int EXTENTS = 3;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName SNAPSHOT = new VolumeName("snapshot");

  private HeldDevice device;
  private EngineVolumeDriver driver;

  @BeforeEach
  void createCloneThatHidesItsImage() throws Exception {
    PagedDevice memory = new PagedDevice(64L << 20);
    PoolState.format(memory, new UUID(7, 7));
    device = new HeldDevice(memory);
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
    driver.create(IMAGE, EXTENTS * EXTENT);
    write(IMAGE, 0, EXTENTS, 1);
    driver.seal(IMAGE);
    driver.clone(IMAGE, List.of(VOLUME));
    write(VOLUME, 0, 1, 2);
    // Zeroes between the two, so that they are read one after the other.
    try (BlockDevice open = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.writeZeroes(open, EXTENT, EXTENT, Provisioning.KEEP, Durability.VISIBLE);
    }
    write(VOLUME, 2, 1, 2);
  }

  @Test
  void aReadSeesWhatTheVolumeHasAndNotWhatLiesBelow() throws Exception {
    try (BlockDevice open = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(EXTENTS * EXTENT);
      device.holdReadsBy("lunette-io");
      IoEnd read = new IoEnd();
      open.read(0, bytes, read);
      device.awaitReader();

      driver.snapshot(VOLUME, SNAPSHOT);
      driver.delete(SNAPSHOT);
      awaitMerge();
      device.releaseReads();

      assertThat(read.failure()).isNull();
      assertThat(bytes.get(0)).isEqualTo((byte) 2);
      assertThat(bytes.get(EXTENT)).isZero();
      assertThat(bytes.get(2 * EXTENT)).isEqualTo((byte) 2);
      ProvisioningRun run = open.provisioning(2 * EXTENT);
      assertThat(run.mapped()).isTrue();
    }
    driver.close();
  }

  @Test
  void aReadThroughAHandleThatOutlivesThePoolIsRefusedAndTheHandleCloses() throws Exception {
    BlockDevice open = driver.open(VOLUME, AccessMode.READ_WRITE);
    driver.close();
    ByteBuffer bytes = ByteBuffer.allocateDirect(EXTENT);

    assertThatThrownBy(() -> BlockingIo.read(open, 0, bytes))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("the pool is closed");
    assertThatThrownBy(() -> BlockingIo.write(open, 0, bytes, Durability.VISIBLE))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("the pool is closed");
    open.close();
  }

  private void awaitMerge() throws Exception {
    while (driver.chainLength(VOLUME) != 2) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void write(VolumeName name, int extent, int extents, int value) throws Exception {
    try (BlockDevice open = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(extents * EXTENT);
      for (int at = 0; at < bytes.capacity(); at++) {
        bytes.put(at, (byte) value);
      }
      BlockingIo.write(open, (long) extent * EXTENT, bytes, Durability.VISIBLE);
    }
  }
}
