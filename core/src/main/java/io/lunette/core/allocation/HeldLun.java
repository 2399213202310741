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
 */
public record HeldLun(
    AllocationId allocation,
    LunRole role,
    VolumeName volume,
    ServerName server,
    InitiatorName initiator,
    int lun) {

  /** The mapping as it should be, with neither portal nor target. */
  LunMapping unmapped() {
    return new LunMapping(volume, initiator, lun, role.mode(), "", "");
  }
}
