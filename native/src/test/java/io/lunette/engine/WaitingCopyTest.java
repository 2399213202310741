/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Independent clones that wait for space: where they go on, and that they can be cancelled. */
@Timeout(120)
class WaitingCopyTest {

  private static final int EXTENT = 64 * 1024;
  private static final int ZEROES = 40;
  private static final int SIZE = 160 * EXTENT;
  private static final int POOL_BYTES = 64 << 20;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName COPY = new VolumeName("copy");
  private static final VolumeName BALLAST = new VolumeName("ballast");

  private Pool pool;
  private VolumeMaker maker;
  private VolumeTable volumes;

  @Test
  void aCopyGoesOnWhereItFoundNoSpace() throws Exception {
    WatchedDevice device = new WatchedDevice();
    open(device);
    makeImage();
    fillUp();
    CopyJob job = maker.copy(IMAGE, COPY, KeyWish.INHERITED);
    device.awaitRead();
    assertThat(volumes.delete(IMAGE)).isTrue();
    device.goOn();
    awaitWaiting();
    long done = job.progress().doneBytes();
    assertThat(done).isGreaterThan(ZEROES * EXTENT);
    device.reads.clear();

    pool.waiters.wake();
    EncryptedPool.awaitTrue(() -> !device.reads.isEmpty());
    awaitWaiting();

    assertThat(job.progress().doneBytes()).isEqualTo(done);
    // Whoever waits for space is woken by the clock as well.
    assertThat(Set.copyOf(device.reads)).as("extents that were read again").hasSize(1);
    assertThat(volumes.delete(BALLAST)).isTrue();
    pool.log.commit();
    assertThat(job.result.get(1, TimeUnit.MINUTES).name()).isEqualTo(COPY);
    assertThat(job.progress().doneBytes()).isEqualTo(job.progress().totalBytes());
    assertThat(read()).isEqualTo(EncryptedPool.noise(SIZE - ZEROES * EXTENT, 3));
    pool.close();
  }

  /** The commit before the first byte is refused then, also to who was cancelled. */
  @Test
  void aCopyOfADeletedSourceIsCancelledAlsoWhereNothingCanBeCommitted() throws Exception {
    SimulatedDevice device = new SimulatedDevice(POOL_BYTES);
    HeldDevice held = new HeldDevice(device);
    open(held);
    makeImage();
    held.holdReadsBy("lunette-copy");
    CopyJob job = maker.copy(IMAGE, COPY, KeyWish.INHERITED);
    held.awaitReader();
    assertThat(volumes.delete(IMAGE)).isTrue();
    device.setFull(true);
    changeUntilRefused();
    held.releaseReads();
    awaitWaiting();

    job.cancel();

    assertThatThrownBy(() -> job.result.get(1, TimeUnit.MINUTES))
        .isInstanceOf(CancellationException.class);
    assertThat(volumes.find(COPY)).isEmpty();
    pool.abandon();
  }

  private void open(RawDevice device) throws Exception {
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 4 << 20, KeyVault.none());
    maker = new VolumeMaker(pool);
    volumes = new VolumeTable(pool);
  }

  /** Begins with zeroes, which a copy reads and does not write. */
  private void makeImage() throws Exception {
    maker.create(IMAGE, SIZE, 512, KeyWish.INHERITED);
    try (BlockDevice image = volumes.open(IMAGE, AccessMode.READ_WRITE)) {
      write(image, 0, new byte[ZEROES * EXTENT]);
      write(image, ZEROES * EXTENT, EncryptedPool.noise(SIZE - ZEROES * EXTENT, 3));
    }
    volumes.seal(IMAGE);
    pool.log.commit();
  }

  /** Leaves less than the copy takes. */
  private void fillUp() throws Exception {
    maker.create(BALLAST, POOL_BYTES, 512, KeyWish.INHERITED);
    try (BlockDevice ballast = volumes.open(BALLAST, AccessMode.READ_WRITE)) {
      byte[] noise = EncryptedPool.noise(EXTENT, 4);
      for (long at = 0; new PoolAccounts(pool).space().availableBytes() > SIZE / 2; at += EXTENT) {
        write(ballast, at, noise);
      }
    }
  }

  private void changeUntilRefused() {
    BlockException refused =
        catchThrowableOfType(
            BlockException.class,
            () -> {
              for (int i = 0; i < 4000; i++) {
                maker.create(new VolumeName("empty-" + i), EXTENT, 512, KeyWish.INHERITED);
                pool.log.commit();
              }
            });
    assertThat(refused.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
  }

  private void awaitWaiting() throws Exception {
    EncryptedPool.awaitTrue(WaitingCopyTest::isCopierIdle);
  }

  /** Whether it has done all that it was given. */
  private static boolean isCopierIdle() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getKey().getName().equals("lunette-copy"))
        .flatMap(entry -> Arrays.stream(entry.getValue()))
        .anyMatch(
            frame ->
                frame.getClassName().equals(ThreadPoolExecutor.class.getName())
                    && frame.getMethodName().equals("getTask"));
  }

  private static void write(BlockDevice volume, long offset, byte[] content) throws Exception {
    BlockingIo.write(volume, offset, EncryptedPool.direct(content), Durability.DURABLE);
  }

  private byte[] read() throws Exception {
    try (BlockDevice open = volumes.open(COPY, AccessMode.READ_ONLY)) {
      return EncryptedPool.bytes(open, ZEROES * EXTENT, SIZE - ZEROES * EXTENT);
    }
  }

  /** Holds the first extent that the copier reads, and notes where those are. */
  private static final class WatchedDevice extends PagedDevice {

    private final ConcurrentLinkedQueue<Long> reads = new ConcurrentLinkedQueue<>();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayGoOn = new Semaphore(0);

    WatchedDevice() {
      super(POOL_BYTES);
    }

    void awaitRead() {
      begun.acquireUninterruptibly();
    }

    void goOn() {
      mayGoOn.release(SIZE);
    }

    @Override
    public void read(long offset, ByteBuffer target) throws DeviceException {
      if (target.remaining() == EXTENT && Thread.currentThread().getName().equals("lunette-copy")) {
        begun.release();
        mayGoOn.acquireUninterruptibly();
        reads.add(offset);
      }
      super.read(offset, target);
    }
  }
}
