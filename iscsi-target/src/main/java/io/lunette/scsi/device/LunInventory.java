/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.List;

/** What one initiator may know of the target's units. */
public interface LunInventory {

  /** The LUNs that it sees, ascending. */
  int[] luns();

  /** The nexus of one of its LUNs; null if it does not see it. */
  Nexus nexus(int lun);

  /** The target ports of the device that it may come by, this one among them; not empty. */
  List<TargetPort> targetPorts();

  /** The target port of this relative identifier; null if there is none. */
  default TargetPort targetPort(int relativeId) {
    for (TargetPort port : targetPorts()) {
      if (port.relativeId() == relativeId) {
        return port;
      }
    }
    return null;
  }

  /** Name of the target device. */
  String targetName();
}
