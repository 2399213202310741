/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * A merge of layers with a key that is cut short, by a crash or by the device, after it has put
 * zeroes, enciphered, into blocks that no map names yet: the scrub finds them.
 */
class MergeCrashTest {

  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName CLONE = new VolumeName("clone");
  private static final VolumeName SNAPSHOT = new VolumeName("snapshot");

  @Test
  void aCrash() throws Exception {
    PagedDevice empty = new PagedDevice(CrashLife.POOL_BYTES);
    CrashLife.format(empty, 1);
    RecordingDevice device = new RecordingDevice(empty);
    RecordingVault vault = new RecordingVault(device::calls);
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20, vault);
    makeLayers(driver);
    int before = device.calls();
    driver.delete(SNAPSHOT);
    EncryptedPool.awaitTrue(() -> driver.chainLength(CLONE) == 2);
    driver.abandon();

    Random coin = new Random(1);
    RecordingDevice.Crashes crashes = device.crashes();
    while (crashes.advance()) {
      if (crashes.at() >= before) {
        String where = "crash after call " + crashes.at();
        PagedDevice image = crashes.image(coin, 1);
        assertThat(CrashVerdict.ofDevice(image, false)).as(where).isNull();
        MemoryVault left = vault.after(crashes.at(), coin);
        assertThat(CrashVerdict.ofEnd(image, left)).as(where).isNull();
      }
    }
  }

  @Test
  void anErrorOfTheDevice() throws Exception {
    FailingDevice device = new FailingDevice(CrashLife.POOL_BYTES);
    CrashLife.format(device, 1);
    MemoryVault vault = new MemoryVault();
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20, vault);
    makeLayers(driver);
    CountDownLatch failed = new CountDownLatch(1);
    device.failWrites(
        (offset, length) -> {
          boolean isMerge = Thread.currentThread().getName().equals("lunette-merge");
          if (isMerge) {
            failed.countDown();
          }
          return isMerge;
        });

    driver.delete(SNAPSHOT);
    failed.await();
    driver.delete(CLONE);
    EncryptedPool.awaitTrue(() -> driver.space().dirtyBytes() == 0);
    driver.close();

    assertThat(CrashVerdict.ofDevice(device, true)).isNull();
  }

  /**
   * A block that the snapshot holds, and in the same extent one that the clone above it holds as
   * zero, for the image has something there.
   */
  private static void makeLayers(EngineVolumeDriver driver) throws Exception {
    driver.create(IMAGE, 1 << 20);
    write(driver, IMAGE, BLOCK);
    driver.seal(IMAGE);
    driver.cloneEncrypted(IMAGE, List.of(CLONE));
    write(driver, CLONE, 0);
    driver.snapshot(CLONE, SNAPSHOT);
    try (BlockDevice clone = driver.open(CLONE, AccessMode.READ_WRITE)) {
      BlockingIo.discard(clone, BLOCK, BLOCK);
    }
  }

  private static void write(EngineVolumeDriver driver, VolumeName name, long offset)
      throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK).putInt(0, 5);
      BlockingIo.write(volume, offset, bytes, Durability.DURABLE);
    }
  }
}
