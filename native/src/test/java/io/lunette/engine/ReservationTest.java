/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When reservations of extents become durable, and what goes with them. */
class ReservationTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int EXTENT = 64 * 1024;

  @Test
  void reservingForFirstWritesFlushesNoData() throws Exception {
    CountingDevice device = new CountingDevice(256L << 20);
    PoolState.format(device, new UUID(7, 7));
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20)) {
      driver.create(VOLUME, 64 << 20);
      try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
        int before = device.flushes.get();

        writeExtents(volume, 0, 600);

        assertThat(device.flushes.get()).isEqualTo(before);
      }
    }
  }

  /**
   * The third reservation takes what is left of a word of the space map, some of whose extents were
   * dealt and named by records that no commit has yet.
   */
  @Test
  void aReservationTellsNothingOfItsNeighboursThatIsNotDurable() throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      SimulatedDevice device = new SimulatedDevice(CrashLife.POOL_BYTES);
      CrashLife.format(device, seed);
      EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
      driver.create(VOLUME, 8 << 20);
      BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE);

      writeExtents(volume, 0, 60 + seed);

      SimulatedDevice crashed = device.afterDeath(new Random(seed));
      driver.abandon();
      assertThat(PoolCheck.check(crashed).problems()).as("seed %d", seed).isEmpty();
    }
  }

  /** The reservation is durable by then, so no commit is there to be waited for. */
  @Test
  @Timeout(120)
  void whoNeedsAnExtentSleepsWhileTheFileSystemMakesRoomForThoseOfAnother() throws Exception {
    SlowRoomDevice device = new SlowRoomDevice();
    PoolState.format(device, new UUID(7, 7));
    Pool pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
    FutureTask<Long> first = new FutureTask<>(() -> pool.allocator.take(new Neighbours(), 0));
    FutureTask<Long> second = new FutureTask<>(() -> pool.allocator.take(new Neighbours(), 0));
    new Thread(first).start();
    device.making.await();
    Thread waiting = new Thread(second);
    waiting.start();

    EncryptedPool.awaitTrue(() -> waiting.getState() == Thread.State.TIMED_WAITING);
    device.made.countDown();

    assertThat(first.get()).isNotEqualTo(second.get());
    pool.abandon();
  }

  private static void writeExtents(BlockDevice volume, int from, int count) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocateDirect(4096).putLong(0, 1);
    for (int i = from; i < from + count; i++) {
      BlockingIo.write(volume, (long) i * EXTENT, bytes, Durability.VISIBLE);
    }
  }

  /** A sparse file on a file system that takes its time to find space. */
  private static final class SlowRoomDevice extends PagedDevice {

    private final CountDownLatch making = new CountDownLatch(1);
    private final CountDownLatch made = new CountDownLatch(1);

    SlowRoomDevice() {
      super(64L << 20);
    }

    @Override
    public Set<Feature> features() {
      return Set.of(Feature.ALLOCATE, Feature.PUNCH_HOLE);
    }

    @Override
    public void allocate(long offsetBytes, long lengthBytes) {
      making.countDown();
      try {
        made.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static final class CountingDevice extends PagedDevice {

    private final AtomicInteger flushes = new AtomicInteger();

    CountingDevice(long sizeBytes) {
      super(sizeBytes);
    }

    @Override
    public void writeDurably(long offset, ByteBuffer source) throws DeviceException {
      write(offset, source);
    }

    @Override
    public void flush() throws DeviceException {
      flushes.incrementAndGet();
      super.flush();
    }
  }
}
