/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.client;

/** The appliance refused, or could not be reached; the message is one line for the user. */
public final class ApiException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int status;

  ApiException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** Whether there was no answer. */
  public boolean isUnanswered() {
    return status == 0;
  }

  /** The HTTP status, or 0 if there was no answer. */
  public int status() {
    return status;
  }
}
