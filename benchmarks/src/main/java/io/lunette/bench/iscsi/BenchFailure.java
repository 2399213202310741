/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

/** A run that cannot go on; the message says which target and why. */
final class BenchFailure extends Exception {

  private static final long serialVersionUID = 1L;

  BenchFailure(String message) {
    super(message);
  }

  BenchFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
