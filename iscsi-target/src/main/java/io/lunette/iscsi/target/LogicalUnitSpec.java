/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.volume.AccessMode;
import io.lunette.scsi.device.UnitTraits;
import java.util.Objects;
import java.util.UUID;

/**
 * What stands behind a LUN.
 *
 * <p>Mappings of one {@code identity} are paths to one logical unit: they share reservations, unit
 * attentions and the order of atomic commands, and must name the same device.
 *
 * @param device serves the blocks; stays the caller's, who closes it after the last unmap
 * @param identity names the unit for as long as its data lives: serial number and designator of
 *     INQUIRY derive from it, so that an initiator recognises it under any LUN and after a restart
 * @param traits what the unit is beside its blocks; the same in all mappings of an identity
 * @param mode whether writes through this mapping are refused with WRITE PROTECTED
 */
public record LogicalUnitSpec(
    BlockDevice device, UUID identity, UnitTraits traits, AccessMode mode) {

  public LogicalUnitSpec {
    Objects.requireNonNull(device);
    Objects.requireNonNull(identity);
    Objects.requireNonNull(traits);
    Objects.requireNonNull(mode);
  }

  /** A disk with a fixed medium. */
  public LogicalUnitSpec(BlockDevice device, UUID identity, AccessMode mode) {
    this(device, identity, UnitTraits.DISK, mode);
  }
}
