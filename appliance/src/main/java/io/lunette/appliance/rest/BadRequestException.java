/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

/** A call that could never be right, whatever the state of the appliance. */
final class BadRequestException extends Exception {

  private static final long serialVersionUID = 1L;

  BadRequestException(String message) {
    super(message);
  }
}
