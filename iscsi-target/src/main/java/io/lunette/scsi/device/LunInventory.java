/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/** What one initiator may know of the target's units. */
public interface LunInventory {

  /** The LUNs that it sees, ascending. */
  int[] luns();

  /** The nexus of one of its LUNs; null if it does not see it. */
  Nexus nexus(int lun);

  /** Name of the target's port: the iSCSI name and portal group (RFC 7143 §4.4.2). */
  String targetPortName();

  /** Name of the target device. */
  String targetName();
}
