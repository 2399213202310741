/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A portal as TargetAddress names it (RFC 7143 §13.8): host and port, an IPv6 address in brackets.
 *
 * @param host name or literal address, without brackets
 */
public record TargetAddress(String host, int port) {

  public TargetAddress {
    if (host.isEmpty() || host.startsWith("[") || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("'" + host + "', port " + port + " is no portal address");
    }
  }

  /** Of a socket's address; a scope means nothing to a peer and is left out. */
  public static TargetAddress of(InetSocketAddress socket) {
    InetAddress address = socket.getAddress();
    String host = address == null ? socket.getHostString() : address.getHostAddress();
    int scope = host.indexOf('%');
    return new TargetAddress(scope < 0 ? host : host.substring(0, scope), socket.getPort());
  }

  /** With the tag of its portal group, as SendTargets answers. */
  public String inGroup(int portalGroup) {
    return this + "," + portalGroup;
  }

  /** Without a tag, as a redirection has it. */
  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
