/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.BlockException;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.ScsiTask;

/**
 * A sequence of I/Os that is a command: the first failure ends the command, as does its end, and an
 * abort ends it before its next I/O.
 */
abstract class TaskSequence extends IoSequence {

  final ScsiTask task;

  TaskSequence(ScsiTask task) {
    this.task = task;
  }

  /** Starts the sequence; for a handler to return. */
  final Outcome run() {
    start();
    return Outcome.LATER;
  }

  /** Ends the command; for {@link #next} to return. */
  final boolean end(Outcome outcome) {
    isOver();
    task.end(outcome);
    return false;
  }

  @Override
  final boolean hasStopped() {
    if (!task.shouldEndEarly()) {
      return false;
    }
    return !end(Outcome.TASK_ABORTED);
  }

  @Override
  final void elsewhere(Runnable go) {
    task.unit().services().delay().run(go, 0);
  }

  @Override
  final void broken() {
    task.end(Sense.INTERNAL_TARGET_FAILURE);
  }

  @Override
  public final void failed(BlockException failure) {
    task.failed(failure);
  }
}
