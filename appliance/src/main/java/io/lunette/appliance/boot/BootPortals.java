/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.boot;

import io.lunette.appliance.config.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;

/**
 * The portals as a booting server reaches them. One that listens on every address, or on the
 * loopback, is told under the address that the server has just reached us by: for the first that is
 * one of ours on its network, for the second whatever leads through to us.
 */
final class BootPortals {

  private final Supplier<List<InetSocketAddress>> portals;

  /**
   * Names portals.
   *
   * @param portals where the target listens now
   */
  BootPortals(Supplier<List<InetSocketAddress>> portals) {
    this.portals = portals;
  }

  /** For a server that reached us under that name or address. */
  List<HostPort> reachedBy(String host) {
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String bare = bracketed ? host.substring(1, host.length() - 1) : host;
    return portals.get().stream().map(portal -> told(portal, bare)).distinct().toList();
  }

  private static HostPort told(InetSocketAddress portal, String host) {
    InetAddress address = portal.getAddress();
    boolean elsewhere = address.isAnyLocalAddress() || address.isLoopbackAddress();
    return new HostPort(elsewhere ? host : address.getHostAddress(), portal.getPort());
  }
}
