/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.IoCompletion;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.journal.JournalWriter;
import io.lunette.engine.journal.RecordBuffer;
import java.io.IOException;
import java.util.List;

/**
 * Decides what the next turn of the {@link CommitLog} takes along, and whether a checkpoint goes
 * with it: because somebody wants one, because the ring fills up, or because it is full. Guarded by
 * the lock of {@link Metadata}; {@link #next} belongs to who has the turn.
 */
final class CommitPlanner {

  /**
   * How long after a checkpoint that found no space the next is tried that nobody wants, if the
   * ring allows it.
   */
  private static final long RETRY_NANOS = 1_000_000_000L;

  /** Adds to what is about to be committed; with the lock held. */
  interface Rider {
    /** What is to hear of the commit's end, or null. */
    IoCompletion join() throws IOException;
  }

  private final Metadata metadata;
  private final JournalWriter journal;
  private final Checkpointer checkpointer;
  private Rider rider = () -> null;
  private boolean checkpointWanted;

  /** When a checkpoint was last attempted. */
  private long lastPlanNanos;

  CommitPlanner(Metadata metadata, JournalWriter journal, Checkpointer checkpointer) {
    this.metadata = metadata;
    this.journal = journal;
    this.checkpointer = checkpointer;
  }

  /** Asks it before each commit, from now on. */
  void join(Rider each) {
    rider = each;
  }

  void wantCheckpoint() {
    checkpointWanted = true;
  }

  boolean isCheckpointWanted() {
    return checkpointWanted;
  }

  /**
   * The next batch, of all who wait. Lets go of the lock while it waits for a checkpoint, where the
   * ring has no room.
   *
   * @param durableCommit the last that is durable
   */
  CommitBatch next(CommitWaiters waiters, long durableCommit) throws IOException {
    boolean isGroupWanted = waiters.isAnyForAnother();
    if (isGroupWanted && !hasRoom(metadata.pendingBytes())) {
      // Never refused with those whose records have no room.
      boolean isGroup = metadata.vouched.isAnyDurable();
      RecordBuffer none = new RecordBuffer();
      CommitBatch batch =
          new CommitBatch(waiters.forAnother(), none, durableCommit, null, false, true, isGroup);
      waiters.clearForAnother();
      return batch;
    }
    boolean isAheadEnough =
        !waiters.isAnyForAll() && waiters.isAnyAhead() && !metadata.isAheadReturned();
    if (isAheadEnough && hasRoom(metadata.aheadBytes())) {
      metadata.requireWhole();
      RecordBuffer ahead = metadata.takeAhead();
      boolean isGroup = isGroupWanted || !ahead.isEmpty();
      CommitBatch batch =
          new CommitBatch(waiters.all(), ahead, durableCommit, null, false, true, isGroup);
      waiters.clear();
      return batch;
    }
    IoCompletion joined = rider.join();
    if (joined != null) {
      waiters.addForAll(joined);
    }
    metadata.requireWhole();
    if ((metadata.pendingBytes() > 0 || checkpointWanted) && !hasRoom(metadata.pendingBytes())) {
      // Before any of this commit is written the ring must have room for all of it; and only one
      // checkpoint may be under way.
      metadata.lock.unlock();
      try {
        checkpointer.await();
      } finally {
        metadata.lock.lock();
      }
      checkpointWanted = true;
    }
    checkpointer.requireSound();
    boolean isDue = isCheckpointDue() && !checkpointer.isRunning();
    // A plan adds records of the extents that it takes, which must not be one too many.
    int ofPlan = isDue ? checkpointer.recordBytesOfPlan() : 0;
    boolean hasRoom = hasRoom(metadata.pendingBytes() + ofPlan);
    // Data alone is durable by its flush; a full ring is of no concern to who wrote it.
    boolean isDataAlone = !hasRoom && metadata.pendingBytes() == 0 && !checkpointWanted;
    boolean ringFull = !hasRoom && !isDataAlone;
    Checkpointer.Plan plan = null;
    if (ringFull || (isDue && !isDataAlone)) {
      plan = planOrNull(ringFull ? durableCommit : metadata.commit());
      checkpointWanted = false;
      metadata.requireWhole();
    }
    if (!mayVouch() || !hasRoomForAnother()) {
      metadata.needData();
    }
    long number = metadata.commit();
    RecordBuffer records = metadata.takePending();
    boolean isGroup = waiters.isAnyForAnother() || !records.isEmpty();
    // An empty group is enough for the others, and has room: they come next.
    List<IoCompletion> taken = ringFull ? waiters.forRecords() : waiters.all();
    CommitBatch batch = new CommitBatch(taken, records, number, plan, ringFull, false, isGroup);
    waiters.clearForRecords();
    if (!ringFull) {
      waiters.clearForAnother();
    }
    return batch;
  }

  /**
   * Not once there was no space for a checkpoint: if the ring became full then, there would be no
   * next group, and overwrites go on. And not where a superblock does not say that there may be
   * sums.
   */
  private boolean mayVouch() {
    long known = checkpointer.latest().features() & checkpointer.former().features();
    return checkpointer.wantOfSpace() == null && (known & Superblock.SUMS) != 0;
  }

  /** Whether the ring has no room for a commit of anything. */
  boolean isRingFull() {
    return !hasRoom(0);
  }

  private boolean hasRoom(int recordBytes) {
    long group = JournalWriter.groupBytes(recordBytes);
    return checkpointer.hasRoomFor(journal.position() + group);
  }

  /**
   * Whether the ring takes an empty group behind what is pending. Without that nothing is vouched
   * for, since it could not be overwritten when the ring is full.
   */
  private boolean hasRoomForAnother() {
    long group = JournalWriter.groupBytes(metadata.pendingBytes());
    return checkpointer.hasRoomFor(journal.position() + group + JournalWriter.EMPTY_GROUP_BYTES);
  }

  /** Whoever wants one has it tried at once, and hears what became of it. */
  private boolean isCheckpointDue() {
    boolean mayRetry =
        checkpointer.wantOfSpace() == null || System.nanoTime() - lastPlanNanos > RETRY_NANOS;
    return checkpointWanted || (mayRetry && checkpointer.isDue(journal.position()));
  }

  /** A plan, or null if there is no space for one. */
  private Checkpointer.Plan planOrNull(long cleanBy) throws IOException {
    lastPlanNanos = System.nanoTime();
    try {
      return checkpointer.plan(cleanBy);
    } catch (DeviceException e) {
      if (!e.isNoSpace()) {
        throw e;
      }
      checkpointer.putOff(e);
      return null;
    }
  }
}
