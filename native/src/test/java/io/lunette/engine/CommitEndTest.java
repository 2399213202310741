/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.IoCompletion;
import io.lunette.engine.key.KeyVault;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever waits for a commit hears of its end, whatever becomes of another who is told of it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommitEndTest {

  private final Told told = new Told();
  private FailingDevice device;
  private Pool pool;

  @BeforeEach
  void openPool() throws Exception {
    device = new FailingDevice(64L << 20);
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
  }

  @Test
  void oneThatBreaksOffTakesNobodyAlong() throws Exception {
    commitTogether(new BreakingOff(), told);

    assertThat(told.end.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(told.failure).isNull();
    pool.log.dataWritten();
    BlockingIo.await(pool.log::commit);
  }

  @Test
  void norWhereThePoolHasFailed() throws Exception {
    device.failFlushes();

    commitTogether(new BreakingOff(), told);

    assertThat(told.end.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(told.failure).hasMessageContaining("the pool stopped taking writes");
  }

  @Test
  void norWhereThereIsNoMemoryToSayWhy() throws Exception {
    device.breakFlushes(new NoMemory());

    commitTogether(told, new Told());

    assertThat(told.end.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(told.failure).hasMessageContaining("the pool stopped taking writes");
  }

  /** In one turn, for whoever takes it finds both. */
  private void commitTogether(IoCompletion first, IoCompletion second) {
    pool.log.dataWritten();
    pool.metadata.lock.lock();
    try {
      pool.log.commit(first);
      pool.log.commit(second);
    } finally {
      pool.metadata.lock.unlock();
    }
  }

  private static final class BreakingOff implements IoCompletion {

    @Override
    public void completed() {
      throw new OutOfMemoryError("simulated: told of the end");
    }

    @Override
    public void failed(BlockException cause) {
      throw new OutOfMemoryError("simulated: told of a failure");
    }
  }

  private static final class Told implements IoCompletion {

    private final CountDownLatch end = new CountDownLatch(1);
    private volatile BlockException failure;

    @Override
    public void completed() {
      end.countDown();
    }

    @Override
    public void failed(BlockException cause) {
      failure = cause;
      end.countDown();
    }
  }
}
