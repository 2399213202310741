/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.IoCompletion;
import io.lunette.engine.key.KeyVault;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether a write that found no space is tried again. */
class SpaceWaitersTest {

  private static final BlockException NO_EXTENT =
      new BlockException(BlockException.Kind.OUT_OF_SPACE, "the pool is full");

  private final Attempts attempts = new Attempts();
  private Pool pool;

  @BeforeEach
  void openPool() throws Exception {
    PagedDevice device = new PagedDevice(64L << 20);
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
  }

  /** What a reservation held that could not be made durable, for instance. */
  @Test
  void whatFoundNoExtentIsTriedAgainWhereSomeWereGivenBackMeanwhile() {
    boolean isTriedAgain = pool.waiters.await(NO_EXTENT, pool.waiters.cleaned(), attempts, false);

    assertThat(isTriedAgain).isTrue();
    assertThat(attempts.made()).isOne();
  }

  @Test
  void whatFoundNoExtentIsRefusedWhereNoneIsLeftAndNothingIsDirty() throws Exception {
    takeAll();

    boolean isTriedAgain = pool.waiters.await(NO_EXTENT, pool.waiters.cleaned(), attempts, false);

    assertThat(isTriedAgain).isFalse();
    assertThat(attempts.made()).isZero();
  }

  @Test
  void whatFoundTheFileSystemFullIsRefusedHoweverManyExtentsAreLeft() {
    BlockException full = PoolFailure.writing(new DeviceException("no space", true));
    BlockException awaited =
        catchThrowableOfType(BlockException.class, () -> BlockingIo.await(io -> io.failed(full)));

    for (BlockException refusal : new BlockException[] {full, awaited}) {
      boolean isTriedAgain = pool.waiters.await(refusal, pool.waiters.cleaned(), attempts, false);

      assertThat(isTriedAgain).isFalse();
    }
    assertThat(attempts.made()).isZero();
  }

  /** It would be tried again when it is due, and that may be too late. */
  @Test
  void whatCannotBeTriedAgainBeforeItsTimeIsOverWaitsNoMore() {
    long now = System.nanoTime();

    assertThat(SpaceWaiters.isOver(now - TimeUnit.SECONDS.toNanos(15))).isTrue();
    assertThat(SpaceWaiters.isOver(System.nanoTime())).isFalse();
  }

  /** Every delay of the process is ended by one thread. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whoSaysThatItIsTimeWaitsForNoLock() throws Exception {
    takeAll();
    List<Runnable> due = new ArrayList<>();
    SpaceWaiters waiters = new SpaceWaiters(pool, due::add);
    boolean waits = waiters.await(NO_EXTENT, waiters.cleaned(), attempts, true);
    assertThat(waits).isTrue();
    assertThat(due).hasSize(1);

    pool.metadata.lock.lock();
    try {
      CompletableFuture.runAsync(due.get(0)).get();
      assertThat(attempts.made()).isZero();
    } finally {
      pool.metadata.lock.unlock();
    }

    attempts.first.await();
  }

  private void takeAll() {
    BlockException full =
        catchThrowableOfType(
            BlockException.class,
            () -> {
              while (true) {
                long ignored = pool.allocator.take(new Neighbours(), 0);
              }
            });
    assertThat(full.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
  }

  private static final class Attempts implements IoCompletion {

    private final CountDownLatch first = new CountDownLatch(1);
    private final AtomicInteger made = new AtomicInteger();

    int made() {
      return made.get();
    }

    @Override
    public void completed() {
      int ignored = made.incrementAndGet();
      first.countDown();
    }

    @Override
    public void failed(BlockException cause) {
      throw new AssertionError(cause);
    }
  }
}
