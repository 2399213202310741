/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceFeatures;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns, once for a pool that is open, of a volume whose logical blocks are larger than what the
 * device writes in one piece: a crash may then leave a part of a block that nobody flushed.
 * Thread-safe.
 */
final class TornBlocks {

  private static final Logger LOG = LoggerFactory.getLogger(TornBlocks.class);

  private final int sectorBytes;
  private final AtomicBoolean warned = new AtomicBoolean();

  TornBlocks(DeviceFeatures features) {
    this.sectorBytes = features.physicalSectorBytes();
  }

  /** There is a volume with such blocks. */
  void look(String volume, int blockBytes) {
    if (sectorBytes > 0 && blockBytes > sectorBytes && warned.compareAndSet(false, true)) {
      LOG.warn(
          "volume {} has logical blocks of {} bytes, and the device writes {} in one piece: a crash"
              + " may tear a block that was not flushed; where that must not be, make volumes with"
              + " blocks of 512",
          volume,
          blockBytes,
          sectorBytes);
    }
  }
}
