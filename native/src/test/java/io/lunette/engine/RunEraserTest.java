/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.volume.EraseRequest;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs that several threads erase, where the system has fewer to give than would pay. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunEraserTest {

  private static final int RUN = DirtyRuns.MAX_RUN_BYTES;
  private static final int RUNS = 8;
  private static final long FIRST = 32L << 20;

  @Test
  void itEndsWhenAllHaveWhoBegan() throws Exception {
    CountingDevice device = new CountingDevice();
    PoolState.format(device, new UUID(7, 7));
    Pool pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
    ThreadPoolExecutor workers = new FewThreads();
    RunEraser eraser =
        new RunEraser(pool, workers, new ScrubPace(() -> 0, System::nanoTime, nanos -> {}));
    List<DirtyRuns.Run> runs =
        LongStream.range(0, RUNS).mapToObj(i -> new DirtyRuns.Run(FIRST + i * RUN, RUN)).toList();
    device.holds = true;
    FutureTask<Integer> erase =
        new FutureTask<>(
            () -> {
              try {
                eraser.erase(runs, EraseRequest.zeroFillVerified(), () -> {});
              } finally {
                device.atTheEnd = device.underWay.get();
              }
              return device.written.get();
            });

    new Thread(erase).start();
    device.begun.await();
    device.mayEnd.countDown();

    assertThat(erase.get()).isEqualTo(RUNS);
    assertThat(device.atTheEnd).as("writes under way at the end").isZero();
    device.holds = false;
    workers.shutdown();
    pool.close();
  }

  /** Says of the third task what a system says that has no more threads. */
  private static final class FewThreads extends ThreadPoolExecutor {

    private final AtomicInteger tasks = new AtomicInteger();

    FewThreads() {
      super(2, 2, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    }

    @Override
    public void execute(Runnable task) {
      if (tasks.incrementAndGet() == 3) {
        throw new OutOfMemoryError("unable to create native thread");
      }
      super.execute(task);
    }
  }

  /** Holds writes until two have begun, and counts them. */
  private static final class CountingDevice extends PagedDevice {

    private final CountDownLatch begun = new CountDownLatch(2);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger written = new AtomicInteger();
    private volatile boolean holds;
    private volatile int atTheEnd;

    CountingDevice() {
      super(64L << 20);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      if (!holds) {
        super.write(offset, source);
        return;
      }
      underWay.incrementAndGet();
      begun.countDown();
      try {
        mayEnd.await();
      } catch (InterruptedException e) {
        throw new DeviceException("interrupted");
      }
      super.write(offset, source);
      written.incrementAndGet();
      underWay.decrementAndGet();
    }
  }
}
