/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import java.io.IOException;

/** A file system cannot be mounted here. */
final class MountException extends IOException {

  private static final long serialVersionUID = 1L;

  MountException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
