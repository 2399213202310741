/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.engine.journal.JournalWriter;
import java.io.IOException;

/**
 * What a turn of the {@link CommitLog} does when the ring of the journal has no room for its
 * records: a checkpoint alone makes them durable. Where the file system has no space for that
 * either, what changes metadata is refused, until somebody asks for another try.
 *
 * <p>For who has the turn, but for {@link #isStalled}.
 */
final class FullRing {

  private final Metadata metadata;
  private final JournalWriter journal;
  private final Checkpointer checkpointer;
  private final CommitPlanner planner;
  private final CommitWaiters waiters;
  private final CommitWriter writer;
  private final CommitFailure failure;

  /** The last attempt to empty it had no space: waits for a caller to ask. */
  private volatile boolean stalled;

  FullRing(
      Metadata metadata,
      JournalWriter journal,
      Checkpointer checkpointer,
      CommitPlanner planner,
      CommitWaiters waiters,
      CommitWriter writer,
      CommitFailure failure) {
    this.metadata = metadata;
    this.journal = journal;
    this.checkpointer = checkpointer;
    this.planner = planner;
    this.waiters = waiters;
    this.writer = writer;
    this.failure = failure;
  }

  /** Whether the ring is full and there was no space to empty it: no change is made durable. */
  boolean isStalled() {
    return stalled;
  }

  /** Says that there was room for a batch. */
  void appended(CommitBatch batch) {
    stalled &= batch.isAhead() || planner.isRingFull();
  }

  /**
   * Commits by a checkpoint. Where the file system has no space for that and none can be made,
   * everything stays as it is, to be tried again, and the waiters hear so.
   *
   * @return whether it is durable
   */
  boolean commit(CommitBatch batch) throws IOException {
    // Not by the checkpoint's own flushes: others may be told there of what was lost.
    writer.flushData();
    DeviceException full = checkpointer.wantOfSpace();
    boolean isRoomMade = false;
    if (batch.checkpoint() != null) {
      long seen = checkpointer.roomMade();
      try {
        checkpointer.write(batch.checkpoint(), journal.position(), journal.sequence(), false);
        checkpointer.repeat();
        stalled = false;
        writer.checkpointed(batch);
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
    failure.requireNone();
    metadata.lock.lock();
    try {
      metadata.returnPending(batch.records());
      writer.dataWritten();
      if (isRoomMade) {
        waiters.putBack(batch.waiters());
        planner.wantCheckpoint();
        return false;
      }
      stalled = true;
      if (waiters.isClosed()) {
        failure.note(full);
      }
    } finally {
      metadata.lock.unlock();
    }
    CommitEnd.refused(batch.waiters(), PoolFailure.writing(full), writer.durableCommit());
    return false;
  }
}
