/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The open devices behind mapped volumes: one for each volume, however many initiators see it, open
 * from the first use to the last. Thread-safe.
 */
final class SharedDevices {

  /**
   * An open volume.
   *
   * @param device what serves its blocks
   * @param identity the volume's lasting identity
   * @param sealed whether the volume was immutable when this use of it began
   */
  record Shared(BlockDevice device, UUID identity, boolean sealed) {}

  private final VolumeDriver driver;
  private final Map<VolumeName, Use> uses = new HashMap<>();

  SharedDevices(VolumeDriver driver) {
    this.driver = driver;
  }

  /** Opens a volume, or joins those who use it. Each call is undone by one {@link #release}. */
  synchronized Shared acquire(VolumeName name) throws VolumeException {
    VolumeInfo info =
        driver
            .find(name)
            .orElseThrow(
                () ->
                    new VolumeException(
                        VolumeException.Kind.NOT_FOUND, "no volume '" + name + "'"));
    boolean sealed = info.state() == VolumeState.SEALED;
    Use use = uses.get(name);
    if (use == null) {
      AccessMode mode = sealed ? AccessMode.READ_ONLY : AccessMode.READ_WRITE;
      use = new Use(driver.open(name, mode));
      uses.put(name, use);
    }
    use.count++;
    return new Shared(use.device, info.uuid(), sealed);
  }

  /** Ends one use; the last closes the device. */
  synchronized void release(VolumeName name) {
    Use use = uses.get(name);
    if (use != null && --use.count == 0) {
      uses.remove(name);
      use.device.close();
    }
  }

  private static final class Use {
    private final BlockDevice device;
    private int count;

    Use(BlockDevice device) {
      this.device = device;
    }
  }
}
