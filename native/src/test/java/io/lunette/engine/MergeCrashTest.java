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
 * A merge that is cut short, by a crash or by the device: the scrub finds what it has left in
 * blocks that no map names yet, as zeroes that are enciphered where the layers have a key, and what
 * others wrote to where it had moved an extent.
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

  /**
   * The merge has moved the extent up, a write has gone to a block of it that was free, and no
   * commit has come of either: durably the extent is the lower layer's, which takes no writes.
   */
  @Test
  void aCrashAfterAWriteToAnExtentThatHadMoved() throws Exception {
    PagedDevice empty = new PagedDevice(CrashLife.POOL_BYTES);
    CrashLife.format(empty, 1);
    RecordingDevice device = new RecordingDevice(empty);
    MemoryVault vault = new MemoryVault();
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20, vault);
    driver.create(IMAGE, 1 << 20);
    writeStamp(driver, 7);
    driver.snapshot(IMAGE, SNAPSHOT);
    driver.delete(SNAPSHOT);
    int deleted = device.calls();
    EncryptedPool.awaitTrue(() -> driver.chainLength(IMAGE) == 1);
    driver.abandon();

    RecordingDevice.Crashes crashes = device.crashes();
    while (crashes.advance()) {
      if (crashes.at() >= deleted) {
        PagedDevice image = crashes.image(new Random(1), 1);
        byte[] written = image.page(pageOf(image, 7)).clone();
        ByteBuffer.wrap(written).putInt(4, 8);
        image.put((pageOf(image, 7) + 5L) * BLOCK, written, 0, BLOCK);
        String where = "crash after call " + crashes.at();
        assertThat(CrashVerdict.ofEnd(image, vault.copy())).as(where).isNull();
      }
    }
  }

  private static void writeStamp(EngineVolumeDriver driver, int stamp) throws Exception {
    try (BlockDevice volume = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK).putInt(0, CrashLife.MAGIC);
      BlockingIo.write(volume, 0, bytes.putInt(4, stamp), Durability.DURABLE);
    }
  }

  private static int pageOf(PagedDevice device, int stamp) {
    for (int page = 0; page < device.sizeBytes() / BLOCK; page++) {
      ByteBuffer bytes = ByteBuffer.wrap(device.page(page));
      if (bytes.getInt(0) == CrashLife.MAGIC && bytes.getInt(4) == stamp) {
        return page;
      }
    }
    throw new AssertionError("stamp " + stamp + " is nowhere");
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
