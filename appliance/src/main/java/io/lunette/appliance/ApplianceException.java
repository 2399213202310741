/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

/**
 * Something that the operator can mend: the message is the one line that is printed, saying what,
 * which one, and what to do.
 */
public final class ApplianceException extends Exception {

  private static final long serialVersionUID = 1L;

  public ApplianceException(String message) {
    super(message);
  }

  public ApplianceException(String message, Throwable cause) {
    super(message, cause);
  }
}
