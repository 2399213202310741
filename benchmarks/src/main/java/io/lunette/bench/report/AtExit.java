/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

/** What has to be undone, also where the process is told to end before that was done. */
final class AtExit {

  private final Thread hook;

  /**
   * From now on that is done when the process ends.
   *
   * @throws IllegalStateException if it is ending already
   */
  AtExit(Runnable undoing) {
    hook = new Thread(undoing, "lunette-bench-at-exit");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** It was done. */
  void forget() {
    try {
      boolean ignored = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // Then it is done once more, and finds nothing to do.
    }
  }
}
