/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.map;

import io.lunette.engine.format.TreeKey;
import java.io.IOException;

/** Where a checkpoint puts pages. */
public interface PageSink {

  /** Writes a page to a place that nothing durable refers to, and returns its number. */
  long write(TreeKey key, int level, long firstIndex, long[] words) throws IOException;

  /** Says that nothing of the new checkpoint refers to that page any more. */
  void release(long page);
}
