/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.provisioning.ProvisioningCore;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeDriver;
import java.nio.file.Path;

/** Where an appliance gets its volumes and its domain from. */
interface Storage {

  /** Opens a pool, or makes one of that size if the file does not exist. */
  VolumeDriver openPool(Path file, long sizeBytes) throws ApplianceException;

  /** Wires the domain on a catalog; not started yet. */
  ProvisioningCore openCore(Path catalog, VolumeDriver driver, LunMasking masking, Workers workers)
      throws ApplianceException;
}
