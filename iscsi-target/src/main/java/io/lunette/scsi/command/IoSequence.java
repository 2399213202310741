/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.IoCompletion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * I/Os that are done one after the other, each started when the one before has succeeded.
 *
 * <p>A device that completes inline would nest them without bound, so an inline completion only
 * marks the loop to go round again: the stack is as deep after a million as after one. Nor would it
 * give an event loop back, so after a few inline completions it goes on elsewhere.
 */
abstract class IoSequence implements IoCompletion {

  private static final Logger LOG = LoggerFactory.getLogger(IoSequence.class);

  /** Inline completions after which the thread is given back. */
  private static final int MOST_IN_A_ROW = 8;

  private boolean over;
  private boolean submitting;
  private boolean completedInline;

  /**
   * Starts the next I/O, with this as its completion. Called once for each completion, by one
   * thread at a time.
   *
   * @return false if there is none; the sequence has then told its end
   */
  abstract boolean next();

  /** Whether the sequence has just told its end because nobody wants the rest of it. */
  boolean hasStopped() {
    return false;
  }

  /** Runs something soon, on a thread that nobody waits for. */
  abstract void elsewhere(Runnable task);

  /** {@link #next} has thrown: the sequence tells its end, a failure of the target's own. */
  abstract void broken();

  /** Says that {@link #next} tells the end now; what is thrown from there on is the listener's. */
  final void isOver() {
    over = true;
  }

  /** Starts the first I/O. */
  final void start() {
    advance();
  }

  @Override
  public final void completed() {
    synchronized (this) {
      if (submitting) {
        completedInline = true;
        return;
      }
    }
    advance();
  }

  private void advance() {
    boolean again = true;
    int inARow = 0;
    while (again) {
      synchronized (this) {
        submitting = true;
        completedInline = false;
      }
      if (inARow == MOST_IN_A_ROW) {
        inARow = 0;
        elsewhere(this::completed);
      } else if (!proceed()) {
        return;
      }
      inARow++;
      synchronized (this) {
        submitting = false;
        again = completedInline;
      }
    }
  }

  private boolean proceed() {
    try {
      return !hasStopped() && next();
    } catch (RuntimeException | Error e) {
      if (over) {
        throw e;
      }
      LOG.error("defect in a sequence of I/Os", e);
      broken();
      return false;
    }
  }
}
