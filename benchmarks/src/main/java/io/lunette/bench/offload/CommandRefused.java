/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.ScsiFailure;

/** A command that a unit did not carry out; the message names it and says how it failed. */
final class CommandRefused extends Exception {

  private static final long serialVersionUID = 1L;

  CommandRefused(String command, ScsiFailure failure) {
    super(command + ": " + failure);
  }

  CommandRefused(String message) {
    super(message);
  }
}
