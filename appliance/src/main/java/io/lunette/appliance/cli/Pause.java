/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

/** Waits a while: the one place of the command line that sleeps. */
@FunctionalInterface
interface Pause {

  /** Returns after so many milliseconds. */
  void forMillis(long millis) throws CommandFailure;

  /** The real one. */
  static Pause sleeping() {
    return millis -> {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CommandFailure("interrupted", e);
      }
    };
  }
}
