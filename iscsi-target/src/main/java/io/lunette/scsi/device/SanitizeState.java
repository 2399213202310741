/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.CheckReturnValue;
import io.lunette.scsi.Sense;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where a unit stands with SANITIZE (SBC-3 §4.11): idle, running with progress, or failed, which
 * only a later success or EXIT FAILURE MODE leaves. Thread-safe.
 */
public final class SanitizeState {

  private enum Stage {
    IDLE,
    RUNNING,
    FAILED
  }

  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.IDLE);
  private volatile int progress;
  private volatile boolean mayExitFailure;

  /**
   * Begins a run; false if one is under way, or if the last one failed and did not allow an exit,
   * which this one would (SBC-3 §4.11.4).
   */
  @CheckReturnValue
  public boolean begin(boolean unrestrictedExit) {
    Stage seen = stage.get();
    boolean loosens = seen == Stage.FAILED && unrestrictedExit && !mayExitFailure;
    if (seen == Stage.RUNNING || loosens || !stage.compareAndSet(seen, Stage.RUNNING)) {
      return false;
    }
    progress = 0;
    mayExitFailure = unrestrictedExit;
    return true;
  }

  /** How far the run is, in parts of 65536. */
  public void progress(int parts) {
    progress = parts;
  }

  public void end(boolean succeeded) {
    stage.set(succeeded ? Stage.IDLE : Stage.FAILED);
  }

  public boolean isRunning() {
    return stage.get() == Stage.RUNNING;
  }

  /** EXIT FAILURE MODE; false if the failed run did not allow it. */
  @CheckReturnValue
  public boolean exitFailure() {
    return stage.get() != Stage.FAILED
        || (mayExitFailure && stage.compareAndSet(Stage.FAILED, Stage.IDLE));
  }

  /** What stands in the way of other commands; null if nothing does. */
  public Sense obstacle() {
    return switch (stage.get()) {
      case IDLE -> null;
      case RUNNING -> Sense.SANITIZE_IN_PROGRESS.withProgress(progress);
      case FAILED -> Sense.SANITIZE_FAILED;
    };
  }
}
