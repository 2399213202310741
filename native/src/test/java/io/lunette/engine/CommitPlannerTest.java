/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;
import io.lunette.engine.format.JournalFrame;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.journal.BlockSums;
import io.lunette.engine.journal.JournalWriter;
import io.lunette.engine.journal.RecordBuffer;
import io.lunette.engine.map.PageCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes with a commit when the ring has no room for all that waits. */
class CommitPlannerTest {

  private static final long RING_BYTES = CrashLife.JOURNAL_EXTENTS * (long) PoolLayout.EXTENT_BYTES;

  private static final int MORE_WORDS_THAN_A_FRAME_HOLDS = JournalFrame.MAX_FRAME_BYTES / 16;

  private final IoCompletion change = new Waiting();
  private final IoCompletion overwrite = new Waiting();
  private final CommitWaiters waiters = new CommitWaiters();
  private final List<Runnable> underWay = new ArrayList<>();
  private Metadata metadata;
  private Checkpointer checkpointer;
  private CommitPlanner planner;

  private void fillTheRingBut(int bytes) throws Exception {
    PagedDevice device = new PagedDevice(CrashLife.POOL_BYTES);
    CrashLife.format(device, 1);
    PoolState state = PoolState.read(device, new PageCache(1 << 20));
    Superblock superblock = state.superblock();
    metadata = state.metadata();
    JournalWriter journal =
        new JournalWriter(
            device,
            superblock.journalExtent(),
            superblock.journalExtents(),
            superblock.pool(),
            RING_BYTES - bytes,
            1);
    AsideFlush flush = new AsideFlush(device);
    checkpointer =
        new Checkpointer(
            metadata,
            device,
            flush,
            state.pages(),
            new ExtentFinder(metadata, state.pages()),
            new PoolTrim(device, flush, null, metadata),
            underWay::add,
            superblock,
            state.former());
    planner = new CommitPlanner(metadata, journal, checkpointer);
    metadata.lock.lock();
    metadata.space.reserve(metadata.space.firstExtent >>> 6, 1L << 63);
    waiters.addForAll(change);
    waiters.addForAnother(overwrite);
  }

  @Test
  void anEmptyGroupFreesWhatIsVouchedForWithoutThoseWhoseRecordsHaveNoRoom() throws Exception {
    fillTheRingBut(JournalWriter.EMPTY_GROUP_BYTES);
    vouch();

    CommitBatch first = planner.next(waiters, 0);
    CommitBatch second = planner.next(waiters, 0);

    assertThat(first.waiters()).containsExactly(overwrite);
    assertThat(first.isGroup()).isTrue();
    assertThat(first.records().isEmpty()).isTrue();
    assertThat(second.waiters()).containsExactly(change);
    assertThat(second.ringFull()).isTrue();
  }

  /** What waits has room, until the commit takes more along. */
  @Test
  void anEmptyGroupFollowsACommitThatThereIsNoRoomForInTheEnd() throws Exception {
    fillTheRingBut(JournalFrame.MAX_FRAME_BYTES);
    vouch();
    planner.join(this::takeMoreThanAFrameAlong);

    CommitBatch first = planner.next(waiters, 0);
    CommitBatch second = planner.next(waiters, 0);

    assertThat(first.ringFull()).isTrue();
    assertThat(first.waiters()).containsExactly(change);
    assertThat(second.waiters()).containsExactly(overwrite);
    assertThat(second.isGroup()).isTrue();
  }

  /**
   * Else who reserved it would be told that it is durable, and write where the device says CLEAN.
   */
  @Test
  void whatWasReservedAheadIsNoLongerAheadOnceItsCommitWasRefused() throws Exception {
    fillTheRingBut(JournalFrame.MAX_FRAME_BYTES);
    waiters.clearForAnother();
    metadata.space.reserveAhead((metadata.space.firstExtent >>> 6) + 1, 1);
    planner.join(this::takeMoreThanAFrameAlong);
    CommitBatch refused = planner.next(waiters, 0);
    metadata.returnPending(refused.records());
    waiters.addAhead(overwrite);

    CommitBatch next = planner.next(waiters, 0);

    assertThat(refused.ringFull()).isTrue();
    assertThat(next.waiters()).containsExactly(overwrite);
    assertThat(next.isAhead()).isFalse();
    assertThat(next.records().isEmpty()).isFalse();
  }

  /** A word that is durable before an older one of the same place is undone by that in a replay. */
  @Test
  void whatIsReservedAfterARefusedCommitDoesNotOvertakeIt() throws Exception {
    fillTheRingBut(0);
    long word = (metadata.space.firstExtent >>> 6) + 1;
    metadata.space.reserveAhead(word, 1);
    metadata.returnPending(metadata.takePending());

    metadata.space.reserveAhead(word, 2);

    assertThat(metadata.takeAhead().isEmpty()).isTrue();
    RecordBuffer committed = metadata.takePending();
    metadata.space.reserveAhead(word, 4);
    assertThat(committed.isEmpty()).isFalse();
    assertThat(metadata.takeAhead().isEmpty()).isFalse();
  }

  @Test
  void nothingIsAppendedWhereNothingIsVouchedForAnyMore() throws Exception {
    fillTheRingBut(JournalWriter.EMPTY_GROUP_BYTES);

    CommitBatch first = planner.next(waiters, 0);

    assertThat(first.waiters()).containsExactly(overwrite);
    assertThat(first.isGroup()).isFalse();
  }

  @Test
  void dataAloneAsksNothingOfTheRing() throws Exception {
    fillTheRingBut(0);
    RecordBuffer ofSetup = metadata.takePending();
    waiters.clearForAnother();

    CommitBatch batch = planner.next(waiters, 0);

    assertThat(ofSetup.isEmpty()).isFalse();
    assertThat(batch.waiters()).containsExactly(change);
    assertThat(batch.ringFull()).isFalse();
    assertThat(batch.isGroup()).isFalse();
    assertThat(batch.checkpoint()).isNull();
  }

  @Test
  @Timeout(60)
  void aCheckpointThatIsWantedWaitsForTheOneThatIsUnderWay() throws Exception {
    fillTheRingBut(0);
    checkpointer.start(checkpointer.plan(0), 0, 1);
    RecordBuffer ofPlan = metadata.takePending();
    waiters.clearForAnother();
    metadata.lock.unlock();
    planner.wantCheckpoint();
    FutureTask<CommitBatch> next =
        new FutureTask<>(
            () -> {
              metadata.lock.lock();
              try {
                return planner.next(waiters, 0);
              } finally {
                metadata.lock.unlock();
              }
            });
    Thread planning = new Thread(next, "planning");
    planning.start();

    while (planning.getState() != Thread.State.WAITING && !next.isDone()) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(next.isDone()).isFalse();
    underWay.remove(0).run();

    assertThat(ofPlan).isNotNull();
    assertThat(next.get().waiters()).containsExactly(change);
  }

  /** Else turn would follow turn until it was due, with nothing to commit. */
  @Test
  void aCheckpointThatIsWantedIsTriedAtOnceThoughTheLastFoundNoSpace() throws Exception {
    fillTheRingBut((int) RING_BYTES * 7 / 8);
    planner.wantCheckpoint();
    checkpointer.start(planner.next(waiters, 0).checkpoint(), 0, 1);
    underWay.remove(0).run();
    checkpointer.putOff(new DeviceException("simulated: no space is left", true));

    planner.wantCheckpoint();
    CommitBatch next = planner.next(waiters, 0);

    assertThat(next.checkpoint()).isNotNull();
    assertThat(planner.isCheckpointWanted()).isFalse();
  }

  private IoCompletion takeMoreThanAFrameAlong() throws IOException {
    for (int word = 0; word < MORE_WORDS_THAN_A_FRAME_HOLDS; word++) {
      metadata.set(metadata.tree(TreeKey.Kind.VOLUMES), word, 1);
    }
    return null;
  }

  private void vouch() {
    BlockSums sums = new BlockSums();
    sums.add(4000L * PoolLayout.BLOCK_BYTES, ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES));
    metadata.vouched.replayed(sums);
  }

  private static final class Waiting implements IoCompletion {

    @Override
    public void completed() {
      throw new AssertionError("a plan ends nothing");
    }

    @Override
    public void failed(BlockException cause) {
      throw new AssertionError(cause);
    }
  }
}
