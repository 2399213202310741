/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.RawDevice;
import io.lunette.blockio.Support;
import io.lunette.engine.format.PoolLayout;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a sparse file allocate extents that are reserved, many at once. A file system that must find
 * space for each write by itself takes half as long again for it, and scatters what lies together
 * in the pool.
 *
 * <p>Only a preference: where that fails or the file system is nearly full, a write gets its space
 * as it comes. Thread-safe.
 */
final class RoomAhead {

  private static final Logger LOG = LoggerFactory.getLogger(RoomAhead.class);

  private final RawDevice device;
  private final boolean allocates;

  RoomAhead(RawDevice device, DeviceFeatures features) {
    this.device = device;
    // What cannot be given back is not taken ahead.
    this.allocates = features.allocate() == Support.YES && features.punchHole() == Support.YES;
  }

  private interface RangeCall {
    void run(long offsetBytes, long lengthBytes) throws DeviceException;
  }

  /** Gives extents their space, in the order in which they lie on the device. */
  void make(List<Long> extents) {
    if (allocates) {
      onRuns(extents, device::allocate);
    }
  }

  /** Gives the space of CLEAN extents back, so that a sparse file holds no more than is in use. */
  void giveBack(List<Long> extents) {
    if (allocates) {
      onRuns(extents.stream().sorted().toList(), device::punchHole);
    }
  }

  private static void onRuns(List<Long> extents, RangeCall call) {
    try {
      for (int from = 0; from < extents.size(); ) {
        long first = extents.get(from);
        int to = from + 1;
        while (to < extents.size() && extents.get(to) == first + (to - from)) {
          to++;
        }
        call.run(first * PoolLayout.EXTENT_BYTES, (long) (to - from) * PoolLayout.EXTENT_BYTES);
        from = to;
      }
    } catch (DeviceException | RuntimeException | Error e) {
      // Whatever it is: whoever waits for the extents can be given them all the same.
      LOG.debug("the file system gave no space ahead: {}", e.toString());
    }
  }
}
