/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool that is closed while an operation is under way on a thread that is not its own. */
@Timeout(60)
class CloseUnderWayTest {

  private static final int BLOCK = 4096;
  private static final int SECRET = 0x5EC2E7ED;
  private static final VolumeName VOLUME = new VolumeName("volume");

  /** Serves writes on the caller's thread, and holds the one that brings the secret. */
  private static final class HoldingDevice extends PagedDevice {

    private final CountDownLatch isWritten = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    HoldingDevice() {
      super(64L << 20);
    }

    @Override
    public boolean writesAtOnce() {
      return true;
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      super.write(offset, source);
      if (source.getInt(source.position()) == SECRET) {
        isWritten.countDown();
        await(mayEnd);
      }
    }
  }

  @Test
  void aBlockThatWasOnItsWayIsScrubbedWithTheRest() throws Exception {
    HoldingDevice device = new HoldingDevice();
    PoolState.format(device, new UUID(7, 7));
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
    driver.create(VOLUME, 1 << 20);
    BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE);
    write(volume, 0, 1);
    BlockingIo.flush(volume);
    CompletableFuture<Void> writer = inThread(() -> write(volume, BLOCK, SECRET));
    await(device.isWritten);

    Thread[] closing = new Thread[1];
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Void> closer =
        inThread(
            () -> {
              closing[0] = Thread.currentThread();
              begun.countDown();
              driver.close();
            });
    await(begun);
    awaitThatItWaitsForOperations(closing[0]);
    device.mayEnd.countDown();
    writer.get();
    closer.get();

    assertThat(PoolCheck.check(device).problems()).isEmpty();
    assertThat(device.placeOf(SECRET)).isPositive();
    try (EngineVolumeDriver again = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20)) {
      again
          .erase(VOLUME, EraseRequest.zeroFillVerified())
          .result()
          .toCompletableFuture()
          .get(1, TimeUnit.MINUTES);
      assertThat(device.placeOf(SECRET)).isEqualTo(-1);
    }
  }

  private static void awaitThatItWaitsForOperations(Thread thread) {
    while (Arrays.stream(thread.getStackTrace())
        .noneMatch(frame -> frame.getClassName().equals(GracePeriod.class.getName()))) {
      LockSupport.parkNanos(100_000);
    }
  }

  private static void write(BlockDevice volume, long offset, int first) throws Exception {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, first);
    BlockingIo.write(volume, offset, block, Durability.VISIBLE);
  }

  private interface Step {
    void run() throws Exception;
  }

  private static CompletableFuture<Void> inThread(Step step) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    new Thread(
            () -> {
              try {
                step.run();
                ended.complete(null);
              } catch (Exception | Error e) {
                ended.completeExceptionally(e);
              }
            })
        .start();
    return ended;
  }

  private static void await(CountDownLatch latch) throws DeviceException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new DeviceException("interrupted");
    }
  }
}
