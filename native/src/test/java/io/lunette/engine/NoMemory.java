/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

/**
 * Want of memory that lasts: to make anything of it, for the first time, meets it again. No {@link
 * OutOfMemoryError}, of which JUnit ends.
 */
final class NoMemory extends Error {

  private static final long serialVersionUID = 1L;

  private boolean isOver;

  NoMemory() {
    super("simulated");
  }

  @Override
  public String toString() {
    if (!isOver) {
      isOver = true;
      throw new InternalError("simulated: while the first was told of");
    }
    return super.toString();
  }
}
