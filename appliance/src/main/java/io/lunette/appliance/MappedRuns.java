/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.ProvisioningRun;
import java.util.OptionalLong;

/** Where a volume, or what shows through it, has data. Leaves the device open. */
final class MappedRuns implements VolumeCopy.Source {

  private final BlockDevice device;

  MappedRuns(BlockDevice device) {
    this.device = device;
  }

  @Override
  public OptionalLong nextData(long from) throws BlockException {
    long size = device.geometry().sizeBytes();
    long at = from;
    while (at < size) {
      ProvisioningRun run = device.provisioning(at);
      if (run.mapped()) {
        return OptionalLong.of(at);
      }
      at = run.offsetBytes() + run.lengthBytes();
    }
    return OptionalLong.empty();
  }
}
