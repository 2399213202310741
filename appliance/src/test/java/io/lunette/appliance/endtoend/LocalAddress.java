/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Addresses for programs that a test starts. They lie below the ports that the kernel gives to
 * connections, and each fork of the tests has a thousand of its own: between a test's choice and
 * the program's listening nobody else takes one.
 */
final class LocalAddress {

  private static final int FIRST = 20_000;
  private static final int PORTS = 1000;
  private static final int FORK = Integer.getInteger("lunette.fork", 1);

  /** Another place at each run, for those of other checkouts. */
  private static int last = (int) (ProcessHandle.current().pid() * 97 % PORTS);

  private LocalAddress() {}

  /** Host and port that nobody listens on, another one at each call. */
  static synchronized String next() throws IOException {
    for (int tries = 0; tries < PORTS; tries++) {
      last = (last + 1) % PORTS;
      int port = FIRST + FORK * PORTS + last;
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true);
        probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return "127.0.0.1:" + port;
      } catch (IOException e) {
        // Somebody's: the next.
      }
    }
    throw new IOException("no port is free from " + (FIRST + FORK * PORTS));
  }
}
