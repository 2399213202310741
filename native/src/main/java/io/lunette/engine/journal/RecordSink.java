/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.journal;

import java.io.IOException;

/** Where replayed records go. */
@FunctionalInterface
public interface RecordSink {

  /** A word was set. */
  void set(long treeKey, long index, long word) throws IOException;
}
