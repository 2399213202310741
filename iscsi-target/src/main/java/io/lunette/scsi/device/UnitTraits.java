/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.Objects;

/**
 * What a unit is beside its blocks; the same for all who see it.
 *
 * @param removable whether its medium can be ejected and loaded (RMB)
 * @param space where the space behind a thin unit is read
 */
public record UnitTraits(boolean removable, ProvisioningSpace.Gauge space) {

  /** A disk with a fixed medium. */
  public static final UnitTraits DISK = new UnitTraits(false, ProvisioningSpace.Gauge.NONE);

  public UnitTraits {
    Objects.requireNonNull(space);
  }

  /** The same with a medium that is removable or not. */
  public UnitTraits withRemovable(boolean whether) {
    return new UnitTraits(whether, space);
  }

  /** The same over space that is read there. */
  public UnitTraits withSpace(ProvisioningSpace.Gauge gauge) {
    return new UnitTraits(removable, gauge);
  }
}
