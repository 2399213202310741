/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.quickstart;

/** A step of the tour did not come out as it has to; the message says which and why. */
public final class TourException extends Exception {

  private static final long serialVersionUID = 1L;

  TourException(String message) {
    super(message);
  }

  TourException(String message, Throwable cause) {
    super(message, cause);
  }
}
