/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.copy.CopyFailure.Side;
import io.lunette.scsi.device.CopyOperation;
import io.lunette.scsi.device.MediumAccess;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.ScsiTask;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy operation that moves data, from its beginning to its end, in the foreground of its command
 * or behind its back. It ends early when its command is aborted, when the operation is (COPY
 * OPERATION ABORT, a reset), and when a unit is unmapped: after the pieces under way.
 *
 * <p>What subclasses do happens on the job's serial executor; {@link #end} is called once.
 */
abstract class CopyJob {

  private static final Logger LOG = LoggerFactory.getLogger(CopyJob.class);

  final Nexus nexus;
  final CopyOperation operation;
  final SpanCopier copier;
  private final SerialExecutor serial;
  private final ScsiTask task;
  private final ScsiTask.Lease lease;
  private final List<MediumAccess> accesses = new ArrayList<>();
  private boolean over;

  /**
   * Takes over an operation that has begun, and the memory for its pieces: {@link #reserve}.
   *
   * @param task which the operation ends, unless it is one in the background
   */
  CopyJob(Executor threads, ScsiTask task, CopyOperation operation, ScsiTask.Lease lease) {
    this.nexus = task.nexus();
    this.operation = operation;
    this.task = operation.origin().background() ? null : task;
    this.lease = lease;
    this.serial = new SerialExecutor(threads, this::broken);
    this.copier = new SpanCopier(serial, lease.buffer(), this::obstacle, this::moved);
  }

  /** Begins an operation if there is a place and memory for it; else the command's answer. */
  static Parsed<ScsiTask.Lease> reserve(ScsiTask task, CopyOperation operation, int scratchBytes) {
    Nexus nexus = task.nexus();
    Outcome refusal = nexus.unit().copies().begin(operation, nexus);
    if (refusal != null) {
      return new Parsed.Answered<>(refusal);
    }
    ScsiTask.Lease lease = task.lease(scratchBytes);
    if (lease == null) {
      nexus.unit().copies().end(operation, nexus, Outcome.BUSY, false);
      return new Parsed.Answered<>(Outcome.BUSY);
    }
    return new Parsed.Accepted<>(lease);
  }

  /** Starts the job; what a handler returns. */
  final Outcome start() {
    boolean background = task == null;
    serial.execute(this::next);
    return background ? Outcome.GOOD : Outcome.LATER;
  }

  /** Begins the next span, or ends the job. */
  abstract void next();

  /** The current span has come further. */
  abstract void moved();

  /** Gives back what the subclass holds; part of {@link #end}. */
  void release() {}

  /** What stands in the way of the next piece; null if nothing does. */
  CopyFailure obstacle() {
    if (task != null && task.shouldEndEarly()) {
      return new CopyFailure(Side.OPERATION, Outcome.TASK_ABORTED);
    }
    if (operation.isStopping()) {
      return new CopyFailure(
          Side.OPERATION, task == null ? Outcome.TASK_ABORTED : Sense.COPY_CLEARED);
    }
    return null;
  }

  /** Opens a unit until the end of the job; null if it is not mapped any more. */
  final MediumAccess open(Nexus unit) {
    for (MediumAccess access : accesses) {
      if (access.nexus() == unit) {
        return access;
      }
    }
    MediumAccess opened = MediumAccess.open(unit);
    if (opened != null) {
      accesses.add(opened);
    }
    return opened;
  }

  /** Ends the job; nothing of it is under way. */
  final void end(Outcome outcome, boolean partial) {
    over = true;
    release();
    lease.release();
    accesses.forEach(MediumAccess::close);
    nexus.unit().copies().end(operation, nexus, outcome, partial);
    if (task != null) {
      task.end(outcome);
    }
  }

  private void broken(Throwable defect) {
    LOG.error("defect in a copy operation", defect);
    operation.stop();
    if (!over && copier.isIdle()) {
      end(Sense.INTERNAL_TARGET_FAILURE, false);
    }
  }
}
