/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;

/**
 * The flushes of all who are not the {@link CommitLog}: scrubs, checkpoints, keys, trimming.
 *
 * <p>One that fails may be the only word of a write that was lost, whoever wrote it: what a disk
 * had in its own cache it reports to one flush and to no second. So no commit is acknowledged after
 * it, and no other flush succeeds. One at a time, so that none succeeds while another is being told
 * what it should have heard. One for a pool; thread-safe.
 */
final class AsideFlush {

  private final RawDevice device;
  private final DeviceException broken = new DeviceException("a flush did not end");
  private volatile DeviceException failure;

  AsideFlush(RawDevice device) {
    this.device = device;
  }

  /** Makes every completed write durable. */
  synchronized void flush() throws DeviceException {
    if (failure != null) {
      throw failure;
    }
    try {
      device.flushAside();
    } catch (DeviceException e) {
      failure = e;
      throw e;
    } catch (RuntimeException | Error e) {
      failure = broken;
      broken.initCause(e);
      throw e;
    }
  }

  /** Why the first one that failed did so, or null. */
  DeviceException failure() {
    return failure;
  }
}
