/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.appliance.config.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Addresses that can be listened on. */
public final class FreePort {

  private FreePort() {}

  /**
   * The address itself if its port can be listened on now; for port 0, with one that can.
   *
   * @throws ApplianceException if it cannot
   */
  public static HostPort choose(HostPort wanted) throws ApplianceException {
    InetSocketAddress address = wanted.toSocketAddress();
    if (address.isUnresolved()) {
      throw new ApplianceException("cannot listen on " + wanted + ": unknown host");
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(address);
      return wanted.withPort(probe.getLocalPort());
    } catch (IOException e) {
      throw new ApplianceException("cannot listen on " + wanted + ": " + e.getMessage(), e);
    }
  }
}
