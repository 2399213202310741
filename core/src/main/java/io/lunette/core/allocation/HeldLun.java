/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.server.ServerName;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeName;

/**
 * A logical unit as the catalog has it: what the masking must then show.
 *
 * @param allocation whose it is
 * @param role what it is to the server
 * @param volume what the server is to see
 * @param server who
 * @param initiator by which name
 * @param lun under which number
 * @param shown whether the server is to see it now; a number that is kept for what comes next is
 *     not
 */
public record HeldLun(
    AllocationId allocation,
    LunRole role,
    VolumeName volume,
    ServerName server,
    InitiatorName initiator,
    int lun,
    boolean shown) {

  /** The same, to be shown or not. */
  HeldLun shown(boolean now) {
    return new HeldLun(allocation, role, volume, server, initiator, lun, now);
  }

  /** The same with another volume. */
  HeldLun of(VolumeName other) {
    return new HeldLun(allocation, role, other, server, initiator, lun, shown);
  }

  /** The mapping as it should be, with neither portal nor target. */
  LunMapping unmapped() {
    return new LunMapping(volume, initiator, lun, role.mode(), "", "");
  }
}
