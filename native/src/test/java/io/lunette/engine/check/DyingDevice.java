/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;

/** A device that can do nothing any more from a certain write on. */
final class DyingDevice {

  private final RawDevice device;
  private int writesLeft;
  private boolean dead;

  /** Lets so many writes through. */
  private DyingDevice(RawDevice alive, int writes) {
    this.writesLeft = writes;
    this.device =
        (RawDevice)
            Proxy.newProxyInstance(
                RawDevice.class.getClassLoader(),
                new Class<?>[] {RawDevice.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("write") && writesLeft-- == 0) {
                    dead = true;
                  }
                  if (dead) {
                    throw new DeviceException("the power is gone");
                  }
                  try {
                    return method.invoke(alive, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  /**
   * Repairs a pool as far as its first so many writes go.
   *
   * @return false if it does with those
   */
  static boolean cutsShort(Path pool, int writes) throws IOException, VolumeException {
    try (RawDevice file = LinuxRawDevice.open(pool)) {
      DyingDevice dying = new DyingDevice(file, writes);
      try {
        PoolRepair.Outcome ignored = PoolRepair.repair(dying.device);
        return false;
      } catch (DeviceException e) {
        assertThat(dying.dead).as(e.getMessage()).isTrue();
        return true;
      }
    }
  }
}
