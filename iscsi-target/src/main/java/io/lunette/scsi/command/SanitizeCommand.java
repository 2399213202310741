/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.SanitizeState;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * SANITIZE (SBC-3 §5.24): OVERWRITE, BLOCK ERASE, EXIT FAILURE MODE, and CRYPTOGRAPHIC ERASE of
 * units that have a key to destroy.
 *
 * <p>The unit answers nothing but a few commands while it runs; progress is in REQUEST SENSE. The
 * run belongs to the unit, not to the command: it goes on when the session that began it ends and
 * when the target is started again. It begins when no write is under way, and the unit's state
 * keeps others out until it ends.
 */
final class SanitizeCommand {

  private static final int IMMED = 0x80;
  private static final int AUSE = 0x20;
  private static final int HEADER = 4;

  private SanitizeCommand() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x48, 0x01, "SANITIZE, OVERWRITE", "48 BF 00 00 00 00 00 FF FF 00")
            .access(Access.ATOMIC_WRITE)
            .afterFailedSanitize()
            .dataOut(task -> task.cdb().u16(7))
            .recommendedTimeout(0)
            .by(SanitizeCommand::overwrite),
        CommandDescriptor.of(0x48, 0x02, "SANITIZE, BLOCK ERASE", "48 BF 00 00 00 00 00 FF FF 00")
            .access(Access.ATOMIC_WRITE)
            .afterFailedSanitize()
            .recommendedTimeout(0)
            .by(SanitizeCommand::blockErase),
        CommandDescriptor.of(
                0x48, 0x03, "SANITIZE, CRYPTOGRAPHIC ERASE", "48 BF 00 00 00 00 00 FF FF 00")
            .access(Access.ATOMIC_WRITE)
            .afterFailedSanitize()
            .offeredBy(unit -> unit.features().cryptoErases())
            .recommendedTimeout(0)
            .by(SanitizeCommand::cryptographicErase),
        CommandDescriptor.of(
                0x48, 0x1F, "SANITIZE, EXIT FAILURE MODE", "48 BF 00 00 00 00 00 FF FF 00")
            .access(Access.CONTROL)
            .needsMedium()
            .afterFailedSanitize()
            .by(SanitizeCommand::exitFailureMode));
  }

  private static Outcome overwrite(ScsiTask task) {
    int announced = task.cdb().u16(7);
    ByteBuffer list = task.dataOut().slice();
    int block = task.unit().blockBytes();
    if (announced < HEADER + 1 || announced > HEADER + block || list.remaining() < announced) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(7, 7);
    }
    int passes = list.get(0) & 0x1F;
    int patternBytes = list.getShort(2) & 0xFFFF;
    if (passes == 0 || patternBytes == 0 || patternBytes != announced - HEADER) {
      return Sense.INVALID_FIELD_IN_PARAMETERS;
    }
    boolean invert = (list.get(0) & 0x80) != 0;
    byte[] pattern = new byte[patternBytes];
    list.get(HEADER, pattern);
    return begin(task, SanitizePlan.overwrite(pattern, passes, invert));
  }

  private static Outcome blockErase(ScsiTask task) {
    return beginWithoutList(task, SanitizePlan.blockErase());
  }

  private static Outcome cryptographicErase(ScsiTask task) {
    return beginWithoutList(task, SanitizePlan.cryptographicErase());
  }

  private static Outcome beginWithoutList(ScsiTask task, SanitizePlan plan) {
    return task.cdb().u16(7) != 0 ? Sense.INVALID_FIELD_IN_CDB.atCdbBit(7, 7) : begin(task, plan);
  }

  private static Outcome begin(ScsiTask task, SanitizePlan plan) {
    SanitizeState state = task.unit().sanitize();
    SanitizeRun run = new SanitizeRun(task.unit(), plan);
    if (!state.begin(plan.encode(), task.cdb().bit(1, AUSE))) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 5);
    }
    task.leaveAtomicity();
    Following following = new Following(task);
    state
        .recorded()
        .whenComplete(
            (kept, failure) -> {
              if (failure != null) {
                state.end(false).thenAccept(any -> following.ended(Sense.SANITIZE_FAILED));
                return;
              }
              if (task.cdb().bit(1, IMMED)) {
                following.answer(Outcome.GOOD);
              }
              run.start(following);
            });
    return Outcome.LATER;
  }

  /** Begins again what a restart of the target has interrupted. */
  static void resume(LogicalUnit unit) {
    unit.sanitize()
        .interrupted()
        .map(SanitizePlan::decode)
        .map(plan -> new SanitizeRun(unit, plan))
        .ifPresent(run -> run.elsewhere(() -> run.start(new Following(null))));
  }

  /**
   * Answers the command that waits for a run, if one does, when it is over: sooner if that is
   * aborted, which leaves the run alone.
   */
  private static final class Following implements SanitizeRun.Listener {
    private ScsiTask waiting;

    Following(ScsiTask waiting) {
      this.waiting = waiting;
    }

    @Override
    public void proceeded() {
      if (waiting != null && waiting.shouldEndEarly()) {
        answer(Outcome.TASK_ABORTED);
      }
    }

    @Override
    public void ended(Outcome outcome) {
      answer(outcome);
    }

    void answer(Outcome outcome) {
      ScsiTask answered = waiting;
      waiting = null;
      if (answered != null) {
        answered.end(outcome);
      }
    }
  }

  private static Outcome exitFailureMode(ScsiTask task) {
    if (task.cdb().u16(7) != 0) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(7, 7);
    }
    task.unit()
        .sanitize()
        .exitFailure()
        .thenAccept(
            left -> task.end(left ? Outcome.GOOD : Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 4)));
    return Outcome.LATER;
  }
}
