/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.work;

/** A want of memory that is there still when a line about it is to be logged. */
public final class UnloggableError extends Error {

  private static final long serialVersionUID = 1L;

  @Override
  public String getMessage() {
    throw this;
  }

  @Override
  public String toString() {
    return getClass().getName();
  }
}
