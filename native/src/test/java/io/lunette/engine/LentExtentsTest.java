/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.blockio.DataRuns;
import io.lunette.core.block.BlockException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The last CLEAN extents of a pool, of which holes are being punched under all at the moment. */
@Timeout(120)
class LentExtentsTest {

  private static final int LEFT = 8;

  private final TrimmedDevice device = new TrimmedDevice();
  private Pool pool;
  private FutureTask<Boolean> trim;

  @BeforeEach
  void trimAllThatIsLeft() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
    List<Long> left = takeAll().subList(0, LEFT);
    pool.metadata.lock.lock();
    try {
      for (long extent : left) {
        pool.metadata.space.unreserve(extent);
      }
      assertThat(pool.finder.available(1)).isEqualTo(1);
    } finally {
      pool.metadata.lock.unlock();
    }
    device.held =
        Optional.of(
            new DataRuns.Run(
                left.get(0) * PoolLayout.EXTENT_BYTES, (long) LEFT * PoolLayout.EXTENT_BYTES));
    PoolTrim trims = new PoolTrim(device, pool.flush, pool.features, pool.metadata);
    trim = new FutureTask<>(() -> trims.makeRoom(0));
    new Thread(trim).start();
    device.punching.await();
  }

  @AfterEach
  void close() {
    device.punched.countDown();
    pool.abandon();
  }

  @Test
  void whoNeedsAnExtentWaitsForThemInsteadOfFindingThePoolFull() throws Exception {
    FutureTask<Boolean> write = new FutureTask<>(this::takeUntilTheTrimEnds);
    Thread writer = new Thread(write);
    writer.start();
    EncryptedPool.awaitTrue(
        () -> write.isDone() || writer.getState() == Thread.State.TIMED_WAITING);
    device.punched.countDown();

    assertThat(write.get(1, TimeUnit.MINUTES)).isTrue();
    assertThat(trim.get()).isTrue();
  }

  /** There may be some more, as less is kept for pages of metadata where less is promised. */
  private boolean takeUntilTheTrimEnds() throws BlockException {
    boolean isTrimmed = false;
    while (!isTrimmed) {
      long ignored = pool.allocator.take(new Neighbours(), 0);
      isTrimmed = device.punched.getCount() == 0;
    }
    return true;
  }

  private List<Long> takeAll() {
    List<Long> taken = new ArrayList<>();
    BlockException full =
        catchThrowableOfType(
            BlockException.class,
            () -> {
              while (true) {
                taken.add(pool.allocator.take(new Neighbours(), 0));
              }
            });
    assertThat(full.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
    return taken.stream().sorted().toList();
  }

  /** A sparse file whose holes take their time. */
  private static final class TrimmedDevice extends PagedDevice {

    private final CountDownLatch punching = new CountDownLatch(1);
    private final CountDownLatch punched = new CountDownLatch(1);
    private volatile Optional<DataRuns.Run> held = Optional.empty();

    TrimmedDevice() {
      super(64L << 20);
    }

    @Override
    public Set<Feature> features() {
      return Set.of(Feature.PUNCH_HOLE);
    }

    @Override
    public Optional<DataRuns.Run> nextHeld(long fromBytes) {
      return held.filter(run -> fromBytes < run.endBytes());
    }

    @Override
    public void punchHole(long offsetBytes, long lengthBytes) {
      punching.countDown();
      try {
        punched.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
