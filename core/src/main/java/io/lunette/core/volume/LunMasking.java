/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Decides which initiator sees which volume under which LUN; everyone else sees nothing (DESIGN
 * I6). Changes take effect for open sessions before the call returns. Safe to repeat. Thread-safe.
 */
public interface LunMasking {

  /**
   * Makes a volume visible to an initiator.
   *
   * @param lun the number wanted, or empty for the lowest free one
   * @throws VolumeException NOT_FOUND; BUSY if the LUN is taken for that initiator, or the volume
   *     does not open
   */
  LunMapping map(VolumeName volume, InitiatorName initiator, AccessMode mode, OptionalInt lun)
      throws VolumeException;

  /**
   * Takes a volume from an initiator. On return no command of that initiator reaches it and none is
   * under way. Unmapping what is not mapped succeeds.
   */
  void unmap(VolumeName volume, InitiatorName initiator) throws VolumeException;

  /**
   * Whether the LUN of this volume is the array's choice, so that a number is but a wish: a mapping
   * under another number is as good.
   */
  default boolean choosesLun(VolumeName volume) throws VolumeException {
    return false;
  }

  /** All mappings. */
  List<LunMapping> mappings() throws VolumeException;

  /**
   * Sets or clears what an initiator must prove at login. A session that was opened under other
   * credentials is ended.
   */
  void authenticate(InitiatorName initiator, Optional<ChapCredentials> credentials)
      throws VolumeException;
}
