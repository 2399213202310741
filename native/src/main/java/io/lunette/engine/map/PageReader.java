/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.map;

import io.lunette.engine.format.TreeKey;
import java.io.IOException;

/** Where pages come from. */
@FunctionalInterface
public interface PageReader {

  /**
   * Reads and checks a page.
   *
   * @return its words, which the caller may keep and change
   */
  long[] read(TreeKey key, int level, long firstIndex, long page) throws IOException;
}
