/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * Where a target listens. Portals of one group lead to one SCSI target port, so an initiator port
 * has one session through all of them (RFC 7143 §4.4.1).
 *
 * @param address where to listen; port 0 takes a free one
 * @param portalGroup tag of the group, 1 to 65535
 */
public record TargetPortal(InetSocketAddress address, int portalGroup) {

  /** The group of portals of which nothing is said. */
  public static final int DEFAULT_GROUP = 1;

  public TargetPortal {
    Objects.requireNonNull(address);
    if (portalGroup < 1 || portalGroup > 65_535) {
      throw new IllegalArgumentException(
          "portal group tag " + portalGroup + " is not from 1 to 65535");
    }
  }
}
