/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.PoolLayout;
import java.io.IOException;

/** What the reads and writes of all volumes of a pool go through. */
record DataPath(LayerDevice device, Metadata metadata, ExtentAllocator allocator, CommitLog log) {

  /**
   * After a failed write: what may have reached the device must be scrubbed with the rest.
   *
   * @param taken whether the extent was new, and no map names it
   */
  void distrust(Layer layer, long physical, boolean taken) throws IOException {
    metadata.lock.lock();
    try {
      if (taken) {
        metadata.drop(layer, physical, PoolLayout.FULL_MASK);
        metadata.space.settle(physical);
      } else if (!layer.slot.suspect()) {
        metadata.chains.setSuspect(layer);
      }
    } finally {
      metadata.lock.unlock();
    }
  }
}
