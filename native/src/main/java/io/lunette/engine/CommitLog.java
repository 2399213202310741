/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.IoCompletion;
import io.lunette.engine.journal.JournalWriter;
import java.io.IOException;

/**
 * Group commit. Everybody who wants something durable leaves a completion; whoever has the turn
 * takes all that are there, flushes the data, writes the records durably, and completes them
 * together. That is a thread of its own, or who wants a commit and may wait for it himself.
 *
 * <p>The order ({@link CommitWriter}) is what makes a crash harmless: a record reaches the journal
 * only after a flush that began when the data that it speaks of was already written. Two kinds need
 * no such flush. The data of durable first writes has its sums with the records, which tell after a
 * crash whether it is there: one flush makes both durable ({@link VouchedBlocks}). Reservations
 * speak of no data. They are made durable alone, for a flush would write back all that writers have
 * written, who never asked for it ({@link Metadata#setAhead}).
 *
 * <p>A full file system under the pool is not such a failure. The journal lies on space of its own,
 * so commits go on; a checkpoint that finds no space is put off; when the ring is full as well
 * ({@link FullRing}), what changes metadata is refused, and tried again at the next call. Who waits
 * for no change that is refused ({@link CommitWaiter}) is served by the flush of the data.
 *
 * <p>If the journal or a flush fails, nothing that is in memory can be trusted to be what the
 * device will say after a restart: the pool takes no change any more, and says so to everyone
 * ({@link CommitFailure}).
 */
final class CommitLog {

  private final Metadata metadata;
  private final JournalWriter journal;
  private final Checkpointer checkpointer;
  private final CommitFailure failure;
  private final CommitWriter writer;
  private final CommitWaiters waiters = new CommitWaiters();
  private final CommitPlanner planner;
  private final FullRing ring;
  private final Thread thread;

  /** Writers of new extents wait when this much is not yet committed. */
  private final long pendingLimitBytes;

  /** Somebody has the turn: the journal and what is taken of the records are his alone. */
  private boolean busy;

  CommitLog(
      Metadata metadata,
      RawDevice device,
      AsideFlush aside,
      JournalWriter journal,
      Checkpointer checkpointer) {
    this.metadata = metadata;
    this.journal = journal;
    this.checkpointer = checkpointer;
    this.failure = new CommitFailure(aside);
    this.writer = new CommitWriter(device, journal, metadata.vouched, failure);
    this.planner = new CommitPlanner(metadata, journal, checkpointer);
    this.ring = new FullRing(metadata, journal, checkpointer, planner, waiters, writer, failure);
    this.thread = new Thread(this::run, "lunette-commit");
    this.thread.setDaemon(true);
    this.pendingLimitBytes = Math.min(2 << 20, journal.sizeBytes() / 16);
  }

  void start(CommitPlanner.Rider each) {
    planner.join(each);
    thread.start();
  }

  /** Says that data went to the device, so that the next commit flushes it. */
  void dataWritten() {
    writer.dataWritten();
  }

  /** Makes everything durable that was written or changed before the call. */
  void commit(IoCompletion completion) {
    enqueue(completion, Wish.ALL);
  }

  /**
   * {@link #commit(IoCompletion)}, by the caller himself if nobody has the turn: that saves the way
   * to the thread and back. The caller may wait for the device, and hold no lock that a completion
   * might want.
   */
  void commitHere(IoCompletion completion) {
    boolean hasTurn;
    metadata.lock.lock();
    try {
      hasTurn = !busy && waiters.isEmpty() && !hasFailed() && !waiters.isClosed();
      if (hasTurn) {
        waiters.addForAll(completion);
        busy = true;
      }
    } catch (RuntimeException | Error e) {
      // For want of memory: who is in no list of waiters must hear so at once.
      completion.failed(PoolFailure.unexpected(e));
      return;
    } finally {
      metadata.lock.unlock();
    }
    if (hasTurn) {
      boolean ignored = turn();
    } else {
      commit(completion);
    }
  }

  /** Makes what was set ahead before the call durable, whatever becomes of the rest. */
  void commitAhead(IoCompletion completion) {
    enqueue(completion, Wish.AHEAD);
  }

  /** Frees what the last group vouches for, by another one; waited for. */
  void commitAnother() throws BlockException {
    BlockingIo.await(completion -> enqueue(completion, Wish.ANOTHER));
  }

  /** What somebody waits for. */
  private enum Wish {
    /** All that was written or changed. */
    ALL,
    /** What was set ahead. */
    AHEAD,
    /** Another group, if an empty one. */
    ANOTHER
  }

  private void enqueue(IoCompletion completion, Wish wish) {
    boolean nothingToDo = false;
    BlockException refused = null;
    metadata.lock.lock();
    try {
      boolean isClean =
          switch (wish) {
            case ALL ->
                !writer.isDataWritten() && metadata.pendingBytes() == 0 && !waiters.isAnyAhead();
            case AHEAD -> metadata.aheadBytes() == 0 && !metadata.isAheadReturned();
            case ANOTHER -> false;
          };
      if (hasFailed()) {
        refused = PoolFailure.poolFailed(failure.cause());
      } else if (waiters.isClosed()) {
        refused = new BlockException(BlockException.Kind.GONE, "the pool is closed");
      } else if (!busy && isClean && !waiters.isAnyForAll()) {
        nothingToDo = true;
      } else {
        switch (wish) {
          case ALL -> waiters.addForAll(completion);
          case AHEAD -> waiters.addAhead(completion);
          case ANOTHER -> waiters.addForAnother(completion);
        }
        if (!busy) {
          metadata.work.signal();
        }
      }
    } catch (RuntimeException | Error e) {
      refused = PoolFailure.unexpected(e);
    } finally {
      metadata.lock.unlock();
    }
    if (refused != null) {
      completion.failed(refused);
    } else if (nothingToDo) {
      completion.completed();
    }
  }

  /** {@link #commit(IoCompletion)}, waited for. */
  void commit() throws BlockException {
    BlockingIo.await(this::commit);
  }

  /** {@link #commitAhead(IoCompletion)}, waited for. */
  void commitAhead() throws BlockException {
    BlockingIo.await(this::commitAhead);
  }

  /** Throws if the pool has failed. */
  void requireSound() throws BlockException {
    failure.requireSound();
  }

  /**
   * Holds a writer back while too much waits to be committed.
   *
   * @throws BlockException OUT_OF_SPACE where the ring is full and cannot be emptied: what changed
   *     now would be seen, and no flush could make it durable
   */
  void throttle() throws BlockException {
    if (isStalled()) {
      tryAgain();
    } else if (metadata.pendingBytes() > pendingLimitBytes) {
      commit();
    }
    if (isCheckpointOverdue()) {
      commit();
      checkpointer.await();
    }
  }

  /**
   * Empties the full ring, if there is space for that by now.
   *
   * @throws BlockException OUT_OF_SPACE if there is none still
   */
  void tryAgain() throws BlockException {
    requestCheckpoint();
    // With nothing to commit it would not wait for its turn.
    dataWritten();
    commit();
  }

  /** Whether {@link #throttle} would hold a writer back; with the lock held. */
  boolean isThrottled() {
    return isStalled() || metadata.pendingBytes() > pendingLimitBytes || checkpointer.isOverdue();
  }

  /** Looks only where that keeps nobody waiting; who comes next looks again. */
  private boolean isCheckpointOverdue() {
    if (!metadata.lock.tryLock()) {
      return false;
    }
    try {
      return checkpointer.isOverdue();
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Has a checkpoint made, soon. */
  void requestCheckpoint() {
    metadata.lock.lock();
    try {
      planner.wantCheckpoint();
      metadata.work.signal();
    } finally {
      metadata.lock.unlock();
    }
  }

  /**
   * Waits for a checkpoint, or for one that was under way.
   *
   * @throws DeviceException if there is no space for one
   */
  void checkpoint() throws IOException, BlockException {
    tryAgain();
    checkpointer.await();
    checkpointer.requireSound();
    if (checkpointer.wantOfSpace() != null) {
      throw checkpointer.wantOfSpace();
    }
  }

  /** Commits what is left and ends the thread. The caller then writes the last checkpoint. */
  void stop() {
    metadata.lock.lock();
    try {
      waiters.close();
      metadata.work.signal();
    } finally {
      metadata.lock.unlock();
    }
    Pool.awaitQuietly(thread);
  }

  /** Whether the ring is full and there was no space to empty it: no change is made durable. */
  boolean isStalled() {
    return ring.isStalled();
  }

  /** The last commit that is durable, and with it all before it. */
  long durableCommit() {
    return writer.durableCommit();
  }

  /** Whether the journal or a flush has failed. */
  boolean hasFailed() {
    return failure.hasHappened();
  }

  /** Has the pool take no change any more. */
  void fail(IOException cause) {
    failure.note(cause);
  }

  private void run() {
    while (awaitTurn()) {
      if (!turn()) {
        return;
      }
    }
  }

  /** Waits for something to commit; false when the log is closed and all is committed. */
  private boolean awaitTurn() {
    metadata.lock.lock();
    try {
      while (busy || !isWanted()) {
        if (!busy && waiters.isClosed()) {
          return false;
        }
        metadata.work.awaitUninterruptibly();
      }
      busy = true;
      return true;
    } finally {
      metadata.lock.unlock();
    }
  }

  private boolean isWanted() {
    return hasFailed()
        || !waiters.isEmpty()
        || (waiters.isClosed() ? metadata.pendingBytes() > 0 : !isStalled() && hasWork());
  }

  /**
   * Commits what is there, for whoever has the turn, and gives it up before the waiters hear of it.
   *
   * @return whether more can follow
   */
  private boolean turn() {
    CommitBatch batch = null;
    boolean isDurable = false;
    boolean goOn = false;
    try {
      batch = take();
      if (batch.ringFull()) {
        isDurable = ring.commit(batch);
      } else {
        append(batch);
        isDurable = true;
      }
      goOn = isDurable || !hasFailed();
    } catch (IOException | RuntimeException | Error e) {
      // Also of want of memory: what was taken for this group is in no other.
      failure.note(e);
      rejectAll(batch);
    } finally {
      endTurn();
    }
    if (isDurable) {
      CommitEnd.durable(batch.waiters());
    } else if (!goOn) {
      rejectAll(null);
    }
    return goOn;
  }

  private void endTurn() {
    metadata.lock.lock();
    try {
      busy = false;
      if (waiters.isClosed() || isWanted()) {
        metadata.work.signal();
      }
    } finally {
      metadata.lock.unlock();
    }
  }

  private void append(CommitBatch batch) throws IOException {
    writer.append(batch);
    ring.appended(batch);
    if (batch.checkpoint() != null) {
      checkpointer.start(batch.checkpoint(), journal.position(), journal.sequence());
    }
  }

  private void rejectAll(CommitBatch batch) {
    BlockException cause = failure.refusal();
    int taken = batch == null ? 0 : batch.waiters().size();
    for (int i = 0; i < taken; i++) {
      CommitEnd.failed(batch.waiters().get(i), cause);
    }
    IoCompletion left = takeOne();
    while (left != null) {
      CommitEnd.failed(left, cause);
      left = takeOne();
    }
  }

  /** One after the other, since there may be no memory for a list of them. */
  private IoCompletion takeOne() {
    metadata.lock.lock();
    try {
      return waiters.takeOne();
    } finally {
      metadata.lock.unlock();
    }
  }

  private boolean hasWork() {
    return (planner.isCheckpointWanted() && !checkpointer.isRunning())
        || metadata.pendingBytes() >= pendingLimitBytes;
  }

  private CommitBatch take() throws IOException {
    metadata.lock.lock();
    try {
      failure.requireNone();
      return planner.next(waiters, writer.durableCommit());
    } finally {
      metadata.lock.unlock();
    }
  }
}
