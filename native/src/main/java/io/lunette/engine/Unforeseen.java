/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.io.IOException;

/** An end that nobody foresaw; made ahead, for it may be of want of memory. Thread-safe. */
final class Unforeseen extends IOException {

  private static final long serialVersionUID = 1L;

  /** What a failure is noted as, made of nothing new. */
  synchronized IOException of(Throwable end) {
    if (end instanceof IOException io) {
      return io;
    }
    if (getCause() == null) {
      initCause(end);
    }
    return this;
  }

  @Override
  public String getMessage() {
    return String.valueOf(getCause());
  }

  /** Where it was made says nothing. */
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
