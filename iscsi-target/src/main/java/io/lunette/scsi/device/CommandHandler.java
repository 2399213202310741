/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.Outcome;

/** What a command does. Stateless: everything it needs hangs on the task. */
@FunctionalInterface
public interface CommandHandler {

  /**
   * Executes a command that passed the checks of its table entry. Does not block.
   *
   * @return the outcome, or {@link Outcome#LATER} if the task is ended by a completion
   */
  Outcome execute(ScsiTask task);
}
