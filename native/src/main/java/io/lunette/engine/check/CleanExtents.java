/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DataRuns;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

/** Reads extents that must be zero, from the device itself; holes of a sparse file are. */
final class CleanExtents {

  private final RawDevice device;
  private final LongPredicate isClean;
  private final ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);
  private final ByteBuffer zeroes = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);

  CleanExtents(RawDevice device, LongPredicate isClean) {
    this.device = device;
    this.isClean = isClean;
  }

  /** Gets an extent that the device does not read, and why. */
  interface Unreadable {
    void extent(long extent, String why);
  }

  /** Reads those from an extent on and before another, and tells of each that is not zero. */
  void read(long from, long to, LongConsumer notZero, Unreadable unreadable)
      throws DeviceException {
    long extent = from;
    while (extent < to) {
      DataRuns.Run data = device.nextData(extent * PoolLayout.EXTENT_BYTES);
      long end = (data.endBytes() + PoolLayout.EXTENT_BYTES - 1) / PoolLayout.EXTENT_BYTES;
      extent = Math.max(extent, data.offsetBytes() / PoolLayout.EXTENT_BYTES);
      for (; extent < Math.min(end, to); extent++) {
        if (isClean.test(extent)) {
          read(extent, notZero, unreadable);
        }
      }
      if (data.lengthBytes() == 0) {
        return;
      }
    }
  }

  private void read(long extent, LongConsumer notZero, Unreadable unreadable) {
    try {
      device.readBack(extent * PoolLayout.EXTENT_BYTES, buffer.clear());
      if (buffer.mismatch(zeroes) >= 0) {
        notZero.accept(extent);
      }
    } catch (DeviceException e) {
      unreadable.extent(extent, e.getMessage());
    }
  }
}
