/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.discovery;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The addresses of this machine by which its neighbours hear it. Stateless. */
final class Links {

  private static final int PORT = 5353;

  private Links() {}

  /**
   * An address of each interface that something which listens on {@code host} is reached by: the
   * one that it names, or one of each interface and kind if it names all. The loopback is among
   * them only if it is named, and what is said there stays on this machine.
   *
   * @throws IOException if there is none, or multicast does not leave by the one that is named
   */
  static List<InetAddress> of(String host) throws IOException {
    InetAddress address = resolve(host);
    if (!address.isAnyLocalAddress()) {
      requireMulticast(address);
      return List.of(address);
    }
    List<InetAddress> found = all(address instanceof Inet6Address);
    if (found.isEmpty()) {
      throw new IOException("no network interface is up and has multicast");
    }
    return found;
  }

  /** An address of each interface and kind. */
  static List<InetAddress> all() throws IOException {
    return all(true);
  }

  private static InetAddress resolve(String host) throws IOException {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IOException("'" + host + "' is no address of this machine", e);
    }
  }

  private static List<InetAddress> all(boolean ipv6) throws SocketException {
    List<InetAddress> found = new ArrayList<>();
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      if (each.isUp() && each.supportsMulticast() && !each.isLoopback()) {
        first(each, Inet4Address.class::isInstance).ifPresent(found::add);
        if (ipv6) {
          first(each, Inet6Address.class::isInstance).ifPresent(found::add);
        }
      }
    }
    found.removeIf(address -> !isMulticastPossible(address));
    return found;
  }

  /** One that others can use in a URL, which needs no interface's name, before one that does. */
  private static Optional<InetAddress> first(NetworkInterface link, Predicate<InetAddress> kind) {
    return link.inetAddresses()
        .filter(kind)
        .min(Comparator.comparing(InetAddress::isLinkLocalAddress));
  }

  private static boolean isMulticastPossible(InetAddress address) {
    try {
      requireMulticast(address);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The library would take the interface that the system prefers where an address is on none, and
   * say nothing where there is no route.
   */
  private static void requireMulticast(InetAddress address) throws IOException {
    NetworkInterface link = NetworkInterface.getByInetAddress(address);
    if (link == null) {
      throw new IOException(address.getHostAddress() + " is on no network interface");
    }
    boolean ipv6 = address instanceof Inet6Address;
    ProtocolFamily family = ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    InetAddress group = InetAddress.getByName(ipv6 ? "ff02::fb" : "224.0.0.251");
    try (DatagramChannel channel = DatagramChannel.open(family)) {
      channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, link);
      channel.connect(new InetSocketAddress(group, PORT));
    } catch (IOException e) {
      throw new IOException(
          "no multicast from " + address.getHostAddress() + ": " + e.getMessage(), e);
    }
  }
}
