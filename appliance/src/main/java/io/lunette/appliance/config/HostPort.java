/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import java.net.InetSocketAddress;

/**
 * An address to listen on, as {@code host:port}; IPv6 hosts stand in brackets.
 *
 * @param host name or literal address, without brackets
 * @param port 0 to 65535; 0 lets the system choose
 */
public record HostPort(String host, int port) {

  public HostPort {
    if (host.isEmpty() || port < 0 || port > 65535) {
      throw new IllegalArgumentException(
          "'" + host + ":" + port + "' is not HOST:PORT with a port from 0 to 65535");
    }
  }

  /** Reads {@code 127.0.0.1:3260}, {@code [::1]:3260} or {@code name:3260}. */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.isEmpty() || (host.contains(":") && !bracketed)) {
      throw malformed(text);
    }
    try {
      return new HostPort(
          bracketed ? host.substring(1, host.length() - 1) : host,
          Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is not HOST:PORT, for example 127.0.0.1:3260 or [::1]:3260");
  }

  /** What a socket binds to. */
  public InetSocketAddress toSocketAddress() {
    return new InetSocketAddress(host, port);
  }

  /** The same host with the port that the system chose. */
  public HostPort withPort(int chosen) {
    return new HostPort(host, chosen);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
