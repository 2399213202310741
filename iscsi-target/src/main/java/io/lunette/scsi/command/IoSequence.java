/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.IoCompletion;

/**
 * I/Os that are done one after the other, each started when the one before has succeeded.
 *
 * <p>A device that completes inline would nest them without bound, so an inline completion only
 * marks the loop to go round again: the stack is as deep after a million as after one.
 */
abstract class IoSequence implements IoCompletion {

  private boolean submitting;
  private boolean completedInline;

  /**
   * Starts the next I/O, with this as its completion. Called once for each completion, by one
   * thread at a time.
   *
   * @return false if there is none; the sequence has then told its end
   */
  abstract boolean next();

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
    while (again) {
      synchronized (this) {
        submitting = true;
        completedInline = false;
      }
      if (!next()) {
        return;
      }
      synchronized (this) {
        submitting = false;
        again = completedInline;
      }
    }
  }
}
