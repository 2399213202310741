/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.map.PageCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.BitSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A flush fails, and the process starts anew on a platform that goes on: its cache still has, and
 * counts as written, what the device never got.
 */
class ForgottenWritesTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int BLOCKS = 32;

  private CachedDevice device;

  @BeforeEach
  void createPool() throws Exception {
    device = new CachedDevice(CrashLife.POOL_BYTES);
    CrashLife.format(device, 5);
  }

  @Test
  void nothingIsReadAfterAFailedFlushThatAPowerLossWouldTake() throws Exception {
    EngineVolumeDriver driver = open(device);
    driver.create(VOLUME, (long) BLOCKS * PoolLayout.BLOCK_BYTES);
    write(driver, 0, 1);
    write(driver, 1, 1);
    flush(driver);
    device.loseWrites(true);
    write(driver, 0, 2);
    write(driver, BLOCKS - 1, 2);
    assertThatThrownBy(() -> flush(driver)).isInstanceOf(BlockException.class);
    driver.abandon();
    device.loseWrites(false);

    EngineVolumeDriver again = open(device);
    int[] seen = {read(again, 0), read(again, 1), read(again, BLOCKS - 1)};
    flush(again);
    again.abandon();

    EngineVolumeDriver after = open(device.afterPowerLoss());
    assertThat(new int[] {read(after, 0), read(after, 1), read(after, BLOCKS - 1)})
        .containsExactly(seen);
    assertThat(seen[1]).isOne();
    after.close();
  }

  @Test
  void aSuperblockThatTheDeviceNeverGotIsNotFollowed() throws Exception {
    EngineVolumeDriver driver = open(device);
    driver.create(VOLUME, (long) BLOCKS * PoolLayout.BLOCK_BYTES);
    device.loseSuperblocks();
    assertThatThrownBy(driver::close).hasMessageContaining("a write was lost");
    device.loseWrites(false);

    assertThat(generation(device)).isEqualTo(generation(device.afterPowerLoss()));
  }

  @Test
  void aCheckLooksAtTheDeviceToo() throws Exception {
    EngineVolumeDriver driver = open(device);
    driver.create(VOLUME, 4 << 20);
    write(driver, 0, 1);
    driver.close();
    // Damaged where it lies; what the platform remembers of it is sound.
    device.damageNewestSuperblock();

    assertThat(PoolCheck.check(device).problems().toString()).contains("superblock");
    assertThat(PoolRepair.repair(device).fixed()).isNotEmpty();
    assertThat(PoolCheck.check(device.afterPowerLoss()).problems()).isEmpty();
  }

  private static long generation(PagedDevice device) throws IOException {
    return PoolState.read(device, new PageCache(1 << 20)).superblock().generation();
  }

  private static EngineVolumeDriver open(PagedDevice device) throws VolumeException {
    return EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }

  private static void write(EngineVolumeDriver driver, int block, int number) throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, number);
      BlockingIo.write(volume, (long) block * PoolLayout.BLOCK_BYTES, bytes, Durability.VISIBLE);
    }
  }

  private static void flush(EngineVolumeDriver driver) throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.flush(volume);
    }
  }

  private static int read(EngineVolumeDriver driver, int block) throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES);
      BlockingIo.read(volume, (long) block * PoolLayout.BLOCK_BYTES, bytes);
      return bytes.getInt(0);
    }
  }

  /**
   * A device behind a cache of pages. One whose writing back fails is clean, and keeps its place.
   */
  private static final class CachedDevice extends PagedDevice {

    private final PagedDevice disk;
    private final BitSet dirty = new BitSet();
    private boolean loses;
    private boolean losesSuperblocks;

    CachedDevice(long sizeBytes) {
      super(sizeBytes);
      this.disk = new PagedDevice(sizeBytes);
    }

    synchronized void loseWrites(boolean whether) {
      loses = whether;
    }

    /** From the next superblock on that is written. */
    synchronized void loseSuperblocks() {
      losesSuperblocks = true;
    }

    void damageNewestSuperblock() throws IOException {
      assertThat(LostSuperblock.newestOfTwo(disk)).isTrue();
    }

    synchronized PagedDevice afterPowerLoss() {
      return disk.copy();
    }

    @Override
    public synchronized void write(long offset, ByteBuffer source) throws DeviceException {
      super.write(offset, source);
      loses |= losesSuperblocks && isSuperblock(offset);
      dirty.set(pageOf(offset), pageOf(offset + source.remaining() - 1) + 1);
    }

    @Override
    public synchronized void writeDurably(long offset, ByteBuffer source) throws DeviceException {
      write(offset, source);
      writeBack(pageOf(offset), pageOf(offset + source.remaining() - 1) + 1);
    }

    @Override
    public synchronized void flush() throws DeviceException {
      writeBack(0, pageOf(sizeBytes()));
    }

    @Override
    public synchronized void readBack(long offset, ByteBuffer target) throws DeviceException {
      disk.read(offset, target);
    }

    @Override
    public synchronized void forgetCached() {
      for (int page = 0; page < pageOf(sizeBytes()); page++) {
        put((long) page * PAGE, disk.page(page), 0, PAGE);
      }
      dirty.clear();
    }

    private void writeBack(int from, int to) throws DeviceException {
      boolean isLost = false;
      for (int page = dirty.nextSetBit(from); page >= 0 && page < to; ) {
        dirty.clear(page);
        isLost |= loses;
        if (!loses) {
          disk.put((long) page * PAGE, page(page), 0, PAGE);
        }
        page = dirty.nextSetBit(page + 1);
      }
      if (isLost) {
        throw new DeviceException("simulated: a write was lost");
      }
    }

    private static boolean isSuperblock(long offset) {
      return offset == Superblock.offsetFor(0) || offset == Superblock.offsetFor(1);
    }

    private static int pageOf(long offset) {
      return (int) (offset / PAGE);
    }
  }
}
