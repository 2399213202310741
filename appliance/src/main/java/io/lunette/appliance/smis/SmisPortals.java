/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.smis;

import io.lunette.appliance.ApplianceException;
import io.lunette.iscsi.target.TargetPortal;
import io.lunette.smis.provider.ProviderParts.Portal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** The portals of the target as clients can connect to them. Stateless. */
public final class SmisPortals {

  private static final String LOOPBACK = "127.0.0.1";

  private SmisPortals() {}

  /** A portal on all addresses is one on each address of this machine. */
  public static List<Portal> of(List<TargetPortal> portals) throws ApplianceException {
    List<Portal> found = new ArrayList<>();
    for (TargetPortal portal : portals) {
      InetSocketAddress address = portal.address();
      List<String> hosts =
          address.getAddress() != null && address.getAddress().isAnyLocalAddress()
              ? local()
              : List.of(host(address));
      for (String host : hosts) {
        found.add(new Portal(host, address.getPort(), portal.portalGroup()));
      }
    }
    return found;
  }

  private static String host(InetSocketAddress address) {
    return address.getAddress() == null
        ? address.getHostString()
        : plain(address.getAddress().getHostAddress());
  }

  private static List<String> local() throws ApplianceException {
    try {
      List<String> reachable =
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
              .map(InetAddress::getHostAddress)
              .map(SmisPortals::plain)
              .toList();
      return reachable.isEmpty() ? List.of(LOOPBACK) : reachable;
    } catch (SocketException e) {
      throw new ApplianceException("the addresses of this machine cannot be read", e);
    }
  }

  private static String plain(String address) {
    int zone = address.indexOf('%');
    return zone < 0 ? address : address.substring(0, zone);
  }
}
