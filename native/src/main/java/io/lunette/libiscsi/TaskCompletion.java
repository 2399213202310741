/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

/**
 * Told by {@link InitiatorSession#poll}, on the thread that polls, what became of tasks. The task
 * is free again when it is called, so it may start the next command.
 */
public interface TaskCompletion {

  /** The target answered GOOD, and all of the data was moved. */
  void completed(int task) throws InitiatorException;

  /** The target answered otherwise. */
  void failed(int task, ScsiFailure failure) throws InitiatorException;
}
