/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

/** A sound structure of a later release: nothing here may touch it. */
public final class UnknownFormatException extends FormatException {

  private static final long serialVersionUID = 1L;

  public UnknownFormatException(String message) {
    super(message);
  }
}
