/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A tenant's write is lost, and a flush that is not the tenant's is what is told so. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LostWriteTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName RETURNED = new VolumeName("returned");

  private LosingDevice device;
  private EngineVolumeDriver driver;

  @BeforeEach
  void createPool() throws Exception {
    device = new LosingDevice(CrashLife.POOL_BYTES);
    CrashLife.format(device, 5);
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
    for (VolumeName name : new VolumeName[] {VOLUME, RETURNED}) {
      driver.create(name, 1 << 20);
      write(name, name.equals(RETURNED) ? LosingDevice.RETURNED_CONTENT : 1);
      flush(name);
    }
  }

  @Test
  void aFlushIsRefusedWhileTheScrubberIsBeingToldOfTheLostWrite() throws Exception {
    CompletableFuture<?> erase = eraseUntilItsFlush();
    write(VOLUME, 2);
    device.loseWrites(Loss.OF_THE_PAGE_CACHE);
    device.goOn.release();
    device.told.acquire();

    assertThatThrownBy(() -> flush(VOLUME)).isInstanceOf(BlockException.class);
    device.goOn.release();
    assertThatThrownBy(erase::join).hasMessageContaining("a write was lost");
    driver.abandon();
  }

  @Test
  void noFlushSucceedsAfterTheScrubberWasToldOfAWriteThatTheDiskLost() throws Exception {
    CompletableFuture<?> erase = eraseUntilItsFlush();
    write(VOLUME, 2);
    device.loseWrites(Loss.OF_THE_DISKS_CACHE);
    device.goOn.release(2);

    assertThatThrownBy(erase::join).hasMessageContaining("a write was lost");

    assertThatThrownBy(() -> flush(VOLUME))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("restart after the device is sound");
    assertThatThrownBy(() -> driver.create(new VolumeName("late"), 1 << 20))
        .isInstanceOf(VolumeException.class);
    driver.abandon();
  }

  /** Has the returned volume's block overwritten with zeroes, and held before the flush of that. */
  private CompletableFuture<?> eraseUntilItsFlush() throws Exception {
    device.holdErasure();
    CompletableFuture<?> erase =
        driver.erase(RETURNED, EraseRequest.zeroFillVerified()).result().toCompletableFuture();
    device.erasing.acquire();
    return erase;
  }

  private void write(VolumeName name, int number) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, number);
      BlockingIo.write(volume, 0, block, Durability.VISIBLE);
    }
  }

  private void flush(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      BlockingIo.flush(volume);
    }
  }

  /** Who is told. */
  private enum Loss {
    /** Each open file, once. */
    OF_THE_PAGE_CACHE,
    /** Whoever flushes first. */
    OF_THE_DISKS_CACHE
  }

  /** A device that tells of a lost write as Linux does; the first who is told is held meanwhile. */
  private static final class LosingDevice extends PagedDevice {

    static final int RETURNED_CONTENT = 0x11C0FFEE;

    final Semaphore erasing = new Semaphore(0);
    final Semaphore told = new Semaphore(0);
    final Semaphore goOn = new Semaphore(0);
    private long heldPlace = -1;
    private final AtomicBoolean isFirst = new AtomicBoolean(true);
    private Loss loss;
    private boolean forCommits;
    private boolean forOthers;

    LosingDevice(long sizeBytes) {
      super(sizeBytes);
    }

    synchronized void loseWrites(Loss kind) {
      loss = kind;
      forCommits = true;
      forOthers = true;
    }

    synchronized void holdErasure() {
      for (int page = 0; page < sizeBytes() / PAGE; page++) {
        if (ByteBuffer.wrap(page(page)).getInt(0) == RETURNED_CONTENT) {
          heldPlace = (long) page * PAGE;
        }
      }
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      boolean isHeld;
      synchronized (this) {
        isHeld = offset == heldPlace;
      }
      if (isHeld) {
        erasing.release();
        goOn.acquireUninterruptibly();
      }
      super.write(offset, source);
    }

    @Override
    public void flush() throws DeviceException {
      boolean isTold;
      synchronized (this) {
        isTold = forCommits;
        forCommits = false;
        forOthers &= loss == Loss.OF_THE_PAGE_CACHE;
      }
      tell(isTold);
    }

    @Override
    public void flushAside() throws DeviceException {
      boolean isTold;
      synchronized (this) {
        isTold = forOthers;
        forOthers = false;
        forCommits &= loss == Loss.OF_THE_PAGE_CACHE;
      }
      tell(isTold);
    }

    private void tell(boolean isTold) throws DeviceException {
      if (!isTold) {
        return;
      }
      if (isFirst.getAndSet(false)) {
        told.release();
        goOn.acquireUninterruptibly();
      }
      throw new DeviceException("simulated: a write was lost");
    }
  }
}
