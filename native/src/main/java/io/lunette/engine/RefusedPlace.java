/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.PoolLayout;
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

  /** A failure of a write to that place, or of the flush that lost it. */
  static DeviceException named(String what, long offset, DeviceException failure) {
    if (failure.isNoSpace()) {
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

  /** Whether a flush that failed has lost what was written to a page; asks the device itself. */
  static boolean isLost(RawDevice device, long offset, Predicate<ByteBuffer> isWritten) {
    ByteBuffer found = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    try {
      device.readBack(offset, found);
    } catch (DeviceException unreadable) {
      return true;
    }
    return !isWritten.test(found);
  }
}
