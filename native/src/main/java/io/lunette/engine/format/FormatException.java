/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.io.IOException;

/** Bytes on the device that are not what they should be: damaged, or of another format. */
public sealed class FormatException extends IOException
    permits NotAPoolException, UnknownFormatException {

  private static final long serialVersionUID = 1L;

  public FormatException(String message) {
    super(message);
  }
}
