/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.IoCompletion;
import io.lunette.engine.journal.JournalWriter;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit. Everybody who wants something durable leaves a completion; whoever has the turn
 * takes all that are there, flushes the data, writes the records durably, and completes them
 * together. That is a thread of its own, or who wants a commit and may wait for it himself.
 *
 * <p>The order is what makes a crash harmless: a record reaches the journal only after a flush that
 * began when the data that it speaks of was already written. Two kinds need no such flush. The data
 * of durable first writes has its sums with the records, which tell after a crash whether it is
 * there: one flush makes both durable ({@link VouchedBlocks}). Reservations speak of no data. They
 * are made durable alone, for a flush would write back all that writers have written, who never
 * asked for it ({@link Metadata#setAhead}).
 *
 * <p>A full file system under the pool is not such a failure. The journal lies on space of its own,
 * so commits go on; a checkpoint that finds no space is put off; when the ring is full as well,
 * what changes metadata is refused, and tried again at the next call. Who waits for no change that
 * is refused ({@link CommitWaiter}) is served by the flush of the data.
 *
 * <p>If the journal or a flush fails, nothing that is in memory can be trusted to be what the
 * device will say after a restart: the pool takes no change any more, and says so to everyone.
 */
final class CommitLog {

  private static final Logger LOG = LoggerFactory.getLogger(CommitLog.class);

  private final Metadata metadata;
  private final RawDevice device;
  private final AsideFlush aside;
  private final JournalWriter journal;
  private final Checkpointer checkpointer;
  private final Thread thread;

  /** Writers of new extents wait when this much is not yet committed. */
  private final long pendingLimitBytes;

  private final CommitWaiters waiters = new CommitWaiters();
  private final CommitPlanner planner;

  /** Somebody has the turn: the journal and what is taken of the records are his alone. */
  private boolean busy;

  /** The ring is full and the last attempt to empty it had no space: waits for a caller to ask. */
  private volatile boolean stalled;

  private boolean closing;
  private final Unforeseen unforeseen = new Unforeseen();

  /** Told where there is no memory to say why. */
  private final BlockException stopped =
      new BlockException(
          BlockException.Kind.MEDIUM_WRITE, "the pool stopped taking writes; restart it");

  private volatile IOException failure;
  private volatile boolean dataWritten;
  private volatile long durableCommit;

  CommitLog(
      Metadata metadata,
      RawDevice device,
      AsideFlush aside,
      JournalWriter journal,
      Checkpointer checkpointer) {
    this.metadata = metadata;
    this.device = device;
    this.aside = aside;
    this.journal = journal;
    this.checkpointer = checkpointer;
    this.planner = new CommitPlanner(metadata, journal, checkpointer);
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
    if (!dataWritten) {
      dataWritten = true;
    }
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
      hasTurn = !busy && waiters.isEmpty() && !hasFailed() && !closing;
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
            case ALL -> !dataWritten && metadata.pendingBytes() == 0 && !waiters.isAnyAhead();
            case AHEAD -> metadata.aheadBytes() == 0 && !metadata.isAheadReturned();
            case ANOTHER -> false;
          };
      if (hasFailed()) {
        refused = PoolFailure.poolFailed(failure());
      } else if (closing) {
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
    IOException cause = failure();
    if (cause != null) {
      throw PoolFailure.poolFailed(cause);
    }
  }

  /**
   * Holds a writer back while too much waits to be committed.
   *
   * @throws BlockException OUT_OF_SPACE where the ring is full and cannot be emptied: what changed
   *     now would be seen, and no flush could make it durable
   */
  void throttle() throws BlockException {
    if (stalled) {
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
    return stalled || metadata.pendingBytes() > pendingLimitBytes || checkpointer.isOverdue();
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
      closing = true;
      metadata.work.signal();
    } finally {
      metadata.lock.unlock();
    }
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the ring is full and there was no space to empty it: no change is made durable. */
  boolean isStalled() {
    return stalled;
  }

  /** The last commit that is durable, and with it all before it. */
  long durableCommit() {
    return durableCommit;
  }

  /** Whether the journal or a flush has failed. */
  boolean hasFailed() {
    return failure() != null;
  }

  private IOException failure() {
    IOException own = failure;
    return own != null ? own : aside.failure();
  }

  void fail(IOException cause) {
    if (failure == null) {
      failure = cause;
    }
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
        if (!busy && closing) {
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
        || (closing ? metadata.pendingBytes() > 0 : !stalled && hasWork());
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
        isDurable = checkpointOnly(batch);
      } else {
        append(batch);
        isDurable = true;
      }
      goOn = isDurable || !hasFailed();
    } catch (IOException | RuntimeException | Error e) {
      // Also of want of memory: what was taken for this group is in no other.
      fail(unforeseen.of(e));
      rejectAll(batch);
    } finally {
      endTurn();
    }
    if (isDurable) {
      tell(batch.waiters(), IoCompletion::completed);
    } else if (!goOn) {
      rejectAll(null);
    }
    return goOn;
  }

  private void endTurn() {
    metadata.lock.lock();
    try {
      busy = false;
      if (closing || isWanted()) {
        metadata.work.signal();
      }
    } finally {
      metadata.lock.unlock();
    }
  }

  private void append(CommitBatch batch) throws IOException {
    boolean flushes = dataWritten && !batch.isAhead();
    // Where nothing is left to flush, the data of any sums has been in the flush before.
    boolean together = flushes && batch.isGroup() && !batch.records().needsData();
    if (flushes) {
      dataWritten = false;
    }
    if (together) {
      journal.appendWithData(batch.records());
    } else {
      if (flushes) {
        device.flush();
      }
      if (batch.isGroup()) {
        journal.append(batch.records());
      }
    }
    if (batch.isGroup()) {
      metadata.vouched.appended(batch.records(), together);
    }
    // A disk may have told another of what it lost while this flushed.
    requireNoFailure();
    durableCommit = batch.number();
    stalled &= batch.isAhead() || planner.isRingFull();
    if (batch.checkpoint() != null) {
      checkpointer.start(batch.checkpoint(), journal.position(), journal.sequence());
    }
  }

  /**
   * Commits by a checkpoint, for the ring is full. Where the file system has no space for that and
   * none can be made, everything stays as it is, to be tried again, and the waiters hear so.
   *
   * @return whether it is durable
   */
  private boolean checkpointOnly(CommitBatch batch) throws IOException {
    // Not by the checkpoint's own flushes: others may be told there of what was lost.
    dataWritten = false;
    device.flush();
    DeviceException full = checkpointer.wantOfSpace();
    boolean isRoomMade = false;
    if (batch.checkpoint() != null) {
      long seen = checkpointer.roomMade();
      try {
        checkpointer.write(batch.checkpoint(), journal.position(), journal.sequence(), false);
        checkpointer.repeat();
        stalled = false;
        metadata.vouched.appended(batch.records(), false);
        durableCommit = batch.number();
        return true;
      } catch (DeviceException e) {
        if (!e.isNoSpace()) {
          throw e;
        }
        full = e;
        isRoomMade = checkpointer.makeRoom(seen);
      }
    }
    // Another may have been told of what this flush should have heard.
    requireNoFailure();
    metadata.lock.lock();
    try {
      metadata.returnPending(batch.records());
      dataWritten = true;
      if (isRoomMade) {
        waiters.putBack(batch.waiters());
        planner.wantCheckpoint();
        return false;
      }
      stalled = true;
      if (closing) {
        fail(full);
      }
    } finally {
      metadata.lock.unlock();
    }
    refuse(batch.waiters(), PoolFailure.writing(full));
    return false;
  }

  /** Tells who waits for what there was no space for; the data of all is durable. */
  private void refuse(List<IoCompletion> waiting, BlockException refusal) {
    tell(
        waiting,
        waiter -> {
          if (waiter instanceof CommitWaiter some && some.neededCommit() <= durableCommit) {
            waiter.completed();
          } else {
            waiter.failed(refusal);
          }
        });
  }

  private void rejectAll(CommitBatch batch) {
    BlockException cause = refusal();
    if (batch != null) {
      tell(batch.waiters(), waiter -> waiter.failed(cause));
    }
    List<IoCompletion> left;
    metadata.lock.lock();
    try {
      left = waiters.take();
    } finally {
      metadata.lock.unlock();
    }
    tell(left, waiter -> waiter.failed(cause));
  }

  private BlockException refusal() {
    try {
      return PoolFailure.poolFailed(failure());
    } catch (RuntimeException | Error e) {
      return stopped;
    }
  }

  /** Each of them hears of its end, whatever another makes of that. */
  private static void tell(List<IoCompletion> waiting, Consumer<IoCompletion> end) {
    for (IoCompletion waiter : waiting) {
      try {
        end.accept(waiter);
      } catch (RuntimeException | Error e) {
        LOG.error("who waited for a commit failed when told of its end", e);
      }
    }
  }

  private boolean hasWork() {
    return (planner.isCheckpointWanted() && !checkpointer.isRunning())
        || metadata.pendingBytes() >= pendingLimitBytes;
  }

  private void requireNoFailure() throws IOException {
    IOException cause = failure();
    if (cause != null) {
      throw cause;
    }
  }

  private CommitBatch take() throws IOException {
    metadata.lock.lock();
    try {
      requireNoFailure();
      return planner.next(waiters, durableCommit);
    } finally {
      metadata.lock.unlock();
    }
  }
}
