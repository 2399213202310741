/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import io.lunette.iscsi.target.TargetPortal;

/**
 * A portal as {@code host:port} or {@code host:port,tag}.
 *
 * @param group tag of its portal group
 */
public record PortalOption(HostPort address, int group) {

  /** A portal of the group of those of which nothing is said. */
  public static PortalOption of(HostPort address) {
    return new PortalOption(address, TargetPortal.DEFAULT_GROUP);
  }

  /** Reads {@code 192.0.2.1:3260} or {@code [2001:db8::1]:3260,2}. */
  public static PortalOption parse(String text) {
    int comma = text.lastIndexOf(',');
    if (comma < 0) {
      return of(HostPort.parse(text));
    }
    HostPort address = HostPort.parse(text.substring(0, comma));
    String tag = text.substring(comma + 1);
    if (!tag.matches("[1-9][0-9]{0,4}") || Integer.parseInt(tag) > 65_535) {
      throw new IllegalArgumentException(
          "'" + text + "': the portal group tag behind the comma is from 1 to 65535");
    }
    return new PortalOption(address, Integer.parseInt(tag));
  }

  TargetPortal toTargetPortal() {
    return new TargetPortal(address.toSocketAddress(), group);
  }
}
