/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool is closed while the record of a new volume's key goes to the device. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CloseBesideNewKeyTest {

  private final HoldingDevice device = new HoldingDevice();

  @Test
  void neitherWaitsForTheOther() throws Exception {
    CrashLife.format(device, 1);
    EngineVolumeDriver driver =
        EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, new MemoryVault());
    driver.encryptNewVolumes(true);
    driver.create(new VolumeName("first"), 1 << 20);
    device.holds = true;
    FutureTask<Boolean> making = new FutureTask<>(() -> makes(driver, new VolumeName("second")));
    new Thread(making).start();
    device.held.await();
    FutureTask<Boolean> closing =
        new FutureTask<>(
            () -> {
              driver.close();
              return true;
            });
    Thread closer = new Thread(closing);
    closer.start();
    EncryptedPool.awaitTrue(
        () ->
            Arrays.stream(closer.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("isTurnLeft")));

    device.letGo.countDown();

    assertThat(closing.get()).isTrue();
    assertThat(making.get()).as("made while the pool is closed").isFalse();
  }

  private static boolean makes(EngineVolumeDriver driver, VolumeName name) {
    try {
      driver.create(name, 1 << 20);
      return true;
    } catch (VolumeException e) {
      return false;
    }
  }

  private static final class HoldingDevice extends PagedDevice {

    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);
    private volatile boolean holds;

    HoldingDevice() {
      super(CrashLife.POOL_BYTES);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      if (holds && KeyRecords.isAt(source.duplicate(), source.position())) {
        held.countDown();
        try {
          letGo.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      super.write(offset, source);
    }
  }
}
