/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scrubber beside what else goes on in its pool. */
class ScrubPipelineTest {

  private static final int EXTENT = 64 * 1024;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final byte[] MARK = "what the tenant wrote".getBytes(StandardCharsets.US_ASCII);

  private interface Step {
    void run() throws Exception;
  }

  /** A device on which something happens once while a place is written to. */
  private static final class WatchedDevice extends PagedDevice {

    private final AtomicReference<Step> awaited = new AtomicReference<>();
    private volatile long place;

    WatchedDevice() {
      super(64L << 20);
    }

    void whileWriting(long offset, Step step) {
      place = offset;
      awaited.set(step);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      super.write(offset, source);
      Step step = offset == place ? awaited.getAndSet(null) : null;
      if (step != null) {
        try {
          step.run();
        } catch (Exception e) {
          throw new DeviceException("the step failed: " + e);
        }
      }
    }
  }

  private final WatchedDevice device = new WatchedDevice();
  private Pool pool;
  private BlockDevice open;

  @BeforeEach
  void openVolume() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 4 << 20, new MemoryVault());
    new VolumeMaker(pool).create(VOLUME, 8 * EXTENT, 4096, KeyWish.INHERITED);
    open = new VolumeTable(pool).open(VOLUME, AccessMode.READ_WRITE);
  }

  @AfterEach
  void closePool() throws Exception {
    open.close();
    pool.close();
  }

  /** The device serves every other read at once, so half of these never see an I/O thread. */
  @Test
  void operationsAreSeenWhereverTheyAreServed() throws Exception {
    ByteBuffer block = ByteBuffer.allocateDirect(4096);
    BlockingIo.write(open, 0, block.putLong(0, 1), Durability.VISIBLE);
    long before = pool.operations.sum();

    for (int i = 0; i < 4; i++) {
      BlockingIo.read(open, 0, block.clear());
    }
    BlockingIo.flush(open);

    assertThat(pool.operations.sum() - before).isEqualTo(5);
  }

  @Test
  void whatTookThePlaceOfAnErasedExtentStaysDirty() throws Exception {
    ByteBuffer extents = ByteBuffer.allocateDirect(2 * EXTENT).putLong(0, 1).putLong(EXTENT, 2);
    BlockingIo.write(open, 0, extents, Durability.VISIBLE);
    Layer layer = pool.metadata.chains.volume(VOLUME.value()).top;
    long first = MapEntry.extent(layer.map.get(0));
    long second = MapEntry.extent(layer.map.get(1));
    BlockingIo.discard(open, 0, EXTENT);
    device.whileWriting(
        first * EXTENT,
        () -> {
          moveDropped(layer, pool.metadata.chains.layer(Layer.ORPHANS));
          BlockingIo.discard(open, EXTENT, EXTENT);
        });

    pool.scrubber.scrubDropped(layer, given -> assertThat(given).isZero());

    assertThat(MapEntry.extent(layer.dropped.get(0))).isEqualTo(second);
    assertThat(pool.metadata.space.spaceWord(second >>> 6) >>> second & 1).isEqualTo(1);
  }

  @Test
  void whoeverStopsItWaitsForTheBatchUnderWayThoughInterrupted() throws Exception {
    ByteBuffer extent = ByteBuffer.allocateDirect(EXTENT).putLong(0, 1);
    BlockingIo.write(open, 0, extent, Durability.VISIBLE);
    long place = MapEntry.extent(pool.metadata.chains.volume(VOLUME.value()).top.map.get(0));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    device.whileWriting(
        place * EXTENT,
        () -> {
          begun.countDown();
          mayEnd.await();
          ended.set(true);
        });
    open.close();
    new VolumeTable(pool).delete(VOLUME);
    begun.await();

    FutureTask<Boolean> stop =
        new FutureTask<>(
            () -> {
              Thread.currentThread().interrupt();
              pool.scrubber.stop();
              return ended.get();
            });
    Thread stopping = new Thread(stop);
    stopping.start();
    while (stopping.isAlive() && stopping.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    mayEnd.countDown();

    assertThat(stop.get()).isTrue();
  }

  /** Nothing is found any more but what is asked for at once. */
  @Test
  void theScrubberOutlivesAFailureOfItsSearch() throws Exception {
    BlockingIo.write(open, 0, ByteBuffer.allocateDirect(EXTENT).put(0, MARK), Durability.VISIBLE);
    assertThat(RawBytes.occurrences(device, MARK)).isEqualTo(1);
    Volume volume = pool.metadata.chains.volume(VOLUME.value());
    long extent = MapEntry.extent(volume.top.map.get(0));
    BlockingIo.discard(open, 0, EXTENT);
    pool.directory.locked(
        () -> {
          pool.scrubber.enqueue(null);
          return null;
        });

    IoEnd purged = new IoEnd();
    pool.scrubber.purge(volume.id, (done, total) -> {}, purged);

    assertThat(purged.failure()).isNull();
    assertThat(pool.metadata.space.spaceWord(extent >>> 6) >>> extent & 1).isZero();
    assertThat(RawBytes.occurrences(device, MARK)).isZero();
  }

  /** As a merge does. */
  private void moveDropped(Layer from, Layer to) throws Exception {
    pool.directory.locked(
        () -> {
          long entry = from.dropped.get(0);
          pool.metadata.set(from.dropped, 0, 0);
          pool.metadata.drop(to, MapEntry.extent(entry), MapEntry.mask(entry));
          return null;
        });
  }
}
