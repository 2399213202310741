/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

/** Nothing of a pool is there, not even a damaged superblock. */
public final class NotAPoolException extends FormatException {

  private static final long serialVersionUID = 1L;

  public NotAPoolException(String message) {
    super(message);
  }
}
