/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi;

/** What a command came to: a status, with sense where the status is CHECK CONDITION. */
public sealed interface Outcome permits Sense, Outcome.Plain {

  /** The status to return. */
  ScsiStatus status();

  Outcome GOOD = Plain.GOOD;
  Outcome CONDITION_MET = Plain.CONDITION_MET;
  Outcome BUSY = Plain.BUSY;
  Outcome RESERVATION_CONFLICT = Plain.RESERVATION_CONFLICT;
  Outcome TASK_SET_FULL = Plain.TASK_SET_FULL;
  Outcome TASK_ABORTED = Plain.TASK_ABORTED;

  /** The command goes on; its task will be told its outcome later. */
  Outcome LATER = Plain.LATER;

  /** Outcomes that carry no sense. */
  enum Plain implements Outcome {
    GOOD(ScsiStatus.GOOD),
    CONDITION_MET(ScsiStatus.CONDITION_MET),
    BUSY(ScsiStatus.BUSY),
    RESERVATION_CONFLICT(ScsiStatus.RESERVATION_CONFLICT),
    TASK_SET_FULL(ScsiStatus.TASK_SET_FULL),
    TASK_ABORTED(ScsiStatus.TASK_ABORTED),
    LATER(ScsiStatus.GOOD);

    private final ScsiStatus status;

    Plain(ScsiStatus status) {
      this.status = status;
    }

    @Override
    public ScsiStatus status() {
      return status;
    }
  }
}
