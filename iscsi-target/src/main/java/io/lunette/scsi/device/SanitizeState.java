/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.UnitStateStore.Kind;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Where a unit stands with SANITIZE (SBC-3 §4.11): idle, running with progress, or failed, which
 * only a later success or EXIT FAILURE MODE leaves. Thread-safe.
 *
 * <p>What is not idle is kept where the unit keeps its state, before the first byte is written and
 * until the last has been: a run that a restart interrupts is begun again, and a failure stays one.
 * Where that cannot be read, the unit has failed, for nobody knows what of it is left.
 *
 * <p>With the last mapping of the unit it ends unfinished, and nothing of it is kept: whoever sees
 * the blocks next must not have them overwritten.
 */
public final class SanitizeState {

  private enum Stage {
    IDLE,
    RUNNING,
    FAILED
  }

  private static final int HEADER_BYTES = 2;

  private final UnitRecords records;

  /** Shut when the unit has ended. */
  private final AccessGate life = new AccessGate();

  @GuardedBy("this")
  private Stage stage = Stage.IDLE;

  @GuardedBy("this")
  private byte[] plan = new byte[0];

  @GuardedBy("this")
  private boolean mayExitFailure;

  /** What stands in the way while the stage is not idle; null otherwise. */
  private volatile Sense obstacle;

  private volatile boolean running;

  SanitizeState(UnitRecords records) {
    this.records = records;
    if (records.isLost(Kind.SANITIZE)) {
      become(Stage.FAILED);
      return;
    }
    records.kept(Kind.SANITIZE).map(ByteBuffer::wrap).ifPresent(this::restore);
  }

  private synchronized void restore(ByteBuffer record) {
    Stage kept = Stage.values()[record.get()];
    mayExitFailure = record.get() != 0;
    plan = new byte[record.remaining()];
    record.get(plan);
    become(kept);
  }

  private synchronized void become(Stage next) {
    stage = next;
    running = next == Stage.RUNNING;
    obstacle =
        switch (next) {
          case IDLE -> null;
          case RUNNING -> Sense.SANITIZE_IN_PROGRESS.withProgress(0);
          case FAILED -> Sense.SANITIZE_FAILED;
        };
  }

  /**
   * The plan of a run that a restart has interrupted, which is to be begun again from its start.
   */
  public synchronized Optional<byte[]> interrupted() {
    return running ? Optional.of(plan.clone()) : Optional.empty();
  }

  /**
   * Begins a run; false if one is under way, or if the last one failed and did not allow an exit,
   * which this one would (SBC-3 §4.11.4).
   *
   * @param whatToDo describes the run to {@link #interrupted}
   */
  @CheckReturnValue
  public synchronized boolean begin(byte[] whatToDo, boolean unrestrictedExit) {
    boolean loosens = stage == Stage.FAILED && unrestrictedExit && !mayExitFailure;
    if (stage == Stage.RUNNING || loosens) {
      return false;
    }
    mayExitFailure = unrestrictedExit;
    plan = whatToDo.clone();
    become(Stage.RUNNING);
    return true;
  }

  /** Completes when what the unit is at is kept, so that the run may start. */
  public CompletionStage<Void> recorded() {
    return record(Stage.RUNNING);
  }

  /** How far the run is, in parts of 65536. */
  public void progress(int parts) {
    obstacle = Sense.SANITIZE_IN_PROGRESS.withProgress(parts);
  }

  /**
   * Ends the run. A success counts when it is kept: if a restart could begin the run again, over
   * what was written since, it has failed.
   *
   * @return completes with whether it succeeded
   */
  public CompletionStage<Boolean> end(boolean succeeded) {
    Stage next = succeeded ? Stage.IDLE : Stage.FAILED;
    return record(next)
        .handle(
            (kept, failure) -> {
              boolean good = succeeded && failure == null;
              become(good ? Stage.IDLE : Stage.FAILED);
              return good;
            });
  }

  /**
   * Before a run uses the medium; every success is paired with one {@link #leaveMedium}. False once
   * the unit has ended, and the run with it.
   */
  @CheckReturnValue
  public boolean enterMedium() {
    return life.enter();
  }

  public void leaveMedium() {
    life.leave();
  }

  /** Ends a run for good; on return it does not use the medium, and nothing is kept any more. */
  void abandon() {
    life.shut();
  }

  public boolean isRunning() {
    return running;
  }

  /**
   * EXIT FAILURE MODE.
   *
   * @return completes with whether it was left; false if the failed run did not allow it
   */
  public CompletionStage<Boolean> exitFailure() {
    synchronized (this) {
      if (stage != Stage.FAILED) {
        return CompletableFuture.completedFuture(true);
      }
      if (!mayExitFailure) {
        return CompletableFuture.completedFuture(false);
      }
    }
    return end(true);
  }

  private CompletionStage<Void> record(Stage next) {
    if (!records.isDurable() || !life.enter()) {
      return CompletableFuture.completedFuture(null);
    }
    try {
      return records.save(Kind.SANITIZE, encode(next));
    } finally {
      life.leave();
    }
  }

  private byte[] encode(Stage next) {
    ByteBuffer record;
    synchronized (this) {
      record =
          ByteBuffer.allocate(HEADER_BYTES + plan.length)
              .put((byte) next.ordinal())
              .put((byte) (mayExitFailure ? 1 : 0))
              .put(plan);
    }
    return record.array();
  }

  /** What stands in the way of other commands; null if nothing does. */
  public Sense obstacle() {
    return obstacle;
  }
}
