/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/**
 * One volume, visible to one initiator.
 *
 * @param volume what it sees
 * @param initiator who sees it
 * @param lun under which logical unit number
 * @param mode how
 * @param portal {@code host:port} to connect to
 * @param target target node name
 */
public record LunMapping(
    VolumeName volume,
    InitiatorName initiator,
    int lun,
    AccessMode mode,
    String portal,
    String target) {

  /** The URL that libiscsi's tools and QEMU take. */
  public String url() {
    return "iscsi://" + portal + "/" + target + "/" + lun;
  }
}
