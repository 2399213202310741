/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.Objects;

/**
 * What a unit is beside its blocks; the same for all who see it.
 *
 * @param removable whether its medium can be ejected and loaded (RMB)
 * @param tellsPhysicalBlock whether what the device writes without reading first is told as the
 *     physical block, as by a disk of 512-byte blocks on sectors of 4096; not told, every logical
 *     block is one
 * @param space where the space behind a thin unit is read
 */
public record UnitTraits(
    boolean removable, boolean tellsPhysicalBlock, ProvisioningSpace.Gauge space) {

  /** A disk with a fixed medium and a physical block for each logical one. */
  public static final UnitTraits DISK = new UnitTraits(false, false, ProvisioningSpace.Gauge.NONE);

  public UnitTraits {
    Objects.requireNonNull(space);
  }

  /** The same with a medium that is removable or not. */
  public UnitTraits withRemovable(boolean whether) {
    return new UnitTraits(whether, tellsPhysicalBlock, space);
  }

  /** The same, telling its physical block or not. */
  public UnitTraits withPhysicalBlock(boolean told) {
    return new UnitTraits(removable, told, space);
  }

  /** The same over space that is read there. */
  public UnitTraits withSpace(ProvisioningSpace.Gauge gauge) {
    return new UnitTraits(removable, tellsPhysicalBlock, gauge);
  }
}
