/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

/** A command that could not do its work; the message is the one line on stderr. */
public final class CommandFailure extends Exception {

  private static final long serialVersionUID = 1L;

  public CommandFailure(String message) {
    super(message);
  }

  public CommandFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
