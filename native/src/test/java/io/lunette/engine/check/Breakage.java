/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import org.junit.jupiter.api.Named;

/** A way in which metadata disagrees with itself where no checksum tells of it. */
interface Breakage {

  /** Breaks something, and returns the line that a check must have. */
  String in(BrokenPool pool) throws Exception;

  static Named<Breakage> how(String name, Breakage breakage) {
    return Named.of(name, breakage);
  }
}
