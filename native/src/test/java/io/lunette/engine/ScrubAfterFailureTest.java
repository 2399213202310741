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
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A layer that could not be scrubbed is left alone until somebody has it purged in spite of it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScrubAfterFailureTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int EXTENT = PoolLayout.EXTENT_BYTES;
  private static final int NUMBER = 0x11C0FFEE;

  @Test
  void whatIsDroppedAfterAPurgeThatWentWellIsScrubbedAsBefore() throws Exception {
    FailingDevice device = new FailingDevice(CrashLife.POOL_BYTES);
    CrashLife.format(device, 5);
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20);
    driver.create(VOLUME, 1 << 20);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      write(volume, 0);
      device.failWrites(FailingDevice.at(device.placeOf(NUMBER)));
      BlockingIo.discard(volume, 0, EXTENT);
      BlockException failed =
          catchThrowableOfType(BlockException.class, () -> BlockingIo.purge(volume));
      assertThat(failed).hasMessageContaining("simulated: cannot write");
      device.heal();

      BlockingIo.purge(volume);
      write(volume, EXTENT);
      BlockingIo.discard(volume, EXTENT, EXTENT);

      while (driver.space().dirtyBytes() > 0) {
        LockSupport.parkNanos(100_000);
      }
      assertThat(device.placeOf(NUMBER)).isEqualTo(-1);
    }
    driver.close();
  }

  private static void write(BlockDevice volume, int offset) throws Exception {
    ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, NUMBER);
    BlockingIo.write(volume, offset, block, Durability.DURABLE);
  }
}
