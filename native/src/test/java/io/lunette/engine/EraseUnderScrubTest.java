/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.core.volume.VolumeName;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An erase is asked for while the scrubber is at what the volume discarded before. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EraseUnderScrubTest {

  /** As many as the scrubber does not leave alone for now. */
  private static final int EXTENTS = 300;

  private static final int EXTENT = 64 * 1024;
  private static final int MARK = 0x11C0FFEE;
  private static final VolumeName VOLUME = new VolumeName("volume");

  @Test
  void itSaysNothingOfWhatWasErasedInAnotherWay() throws Exception {
    PagedDevice memory = new PagedDevice(64L << 20);
    PoolState.format(memory, new UUID(7, 7));
    HeldDevice device = new HeldDevice(memory);
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
    driver.create(VOLUME, (long) EXTENTS * EXTENT);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer extent = ByteBuffer.allocateDirect(EXTENT).putInt(0, MARK);
      for (int i = 0; i < EXTENTS; i++) {
        BlockingIo.write(volume, (long) i * EXTENT, extent, Durability.VISIBLE);
      }
      device.holdLargeWrites();
      BlockingIo.discard(volume, 0, (long) EXTENTS * EXTENT);
      BlockingIo.flush(volume);
    }
    device.awaitLargeWrite();

    CompletableFuture<EraseReport> erase =
        driver
            .erase(
                VOLUME,
                new EraseRequest(
                    EraseMethod.OVERWRITE, new ErasePasses((byte) 0x55, 3), EraseSample.ALL))
            .result()
            .toCompletableFuture();
    device.releaseLargeWrites();

    assertThat(erase.get(1, TimeUnit.MINUTES).extents()).isZero();
    driver.close();
    for (int page = 0; page < memory.sizeBytes() / PagedDevice.PAGE; page++) {
      assertThat(ByteBuffer.wrap(memory.page(page)).getInt(0)).isNotEqualTo(MARK);
    }
  }
}
