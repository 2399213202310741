/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.io.IOException;

/** A key cannot be unwrapped: the message says why, and what to do. */
final class LockedKeyException extends IOException {

  private static final long serialVersionUID = 1L;

  LockedKeyException(String message) {
    super(message);
  }
}
