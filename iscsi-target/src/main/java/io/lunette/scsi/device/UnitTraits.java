/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * What a unit is beside its blocks; the same for all who see it.
 *
 * @param removable whether its medium can be ejected and loaded (RMB)
 */
public record UnitTraits(boolean removable) {

  /** A disk with a fixed medium. */
  public static final UnitTraits DISK = new UnitTraits(false);
}
