/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.blockio.WantOfSpace;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * A place of metadata to which nothing can be written. Every opening of the pool meets it again,
 * and none may go on without: what was given to a page cache is not known to be there once a flush
 * has failed, and with one superblock a crash could leave none. So a person is told where it is,
 * which a flush does not say, and what to do.
 */
final class RefusedPlace {

  private RefusedPlace() {}

  /**
   * A failure of a write to that place, or of the flush that lost it; as it is if it is of no one
   * place, for what lies below is full, or the device is gone.
   */
  static DeviceException named(
      RawDevice device, String what, long offset, DeviceException failure) {
    boolean isFull = failure.isNoSpace() || WantOfSpace.isSaidBy(failure);
    if (isFull || !isAnotherRead(device, offset)) {
      return failure;
    }
    DeviceException named =
        new DeviceException(
            what
                + " at byte "
                + offset
                + " takes no writes ("
                + failure.getMessage()
                + "): copy the pool, whole, to a sound device and open that");
    named.initCause(failure);
    return named;
  }

  /** Whether the device reads a superblock that does not lie there. */
  private static boolean isAnotherRead(RawDevice device, long offset) {
    for (int generation = 0; generation < 2; generation++) {
      long other = Superblock.offsetFor(generation);
      if (other != offset && readBackOrNull(device, other) != null) {
        return true;
      }
    }
    return false;
  }

  /** Whether a flush that failed has lost what was written to a page; asks the device itself. */
  static boolean isLost(RawDevice device, long offset, Predicate<ByteBuffer> isWritten) {
    ByteBuffer found = readBackOrNull(device, offset);
    return found == null || !isWritten.test(found);
  }

  private static ByteBuffer readBackOrNull(RawDevice device, long offset) {
    ByteBuffer found = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    try {
      device.readBack(offset, found);
      return found;
    } catch (DeviceException unreadable) {
      return null;
    }
  }
}
