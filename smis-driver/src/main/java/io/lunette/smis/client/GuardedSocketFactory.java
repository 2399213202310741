/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Makes the only sockets that the WBEM client library gets for an array, so that nothing of its own
 * choosing (plain text when TLS cannot be set up, no check of certificates or names, no time-outs,
 * an internal class of the JDK as provider) can come about. Thread-safe.
 */
final class GuardedSocketFactory extends SocketFactory {

  private final TlsTrust trust;
  private final SendGuard guard;
  private final ArrayTimeouts timeouts;
  private final Connections connections;
  private final long answerBytesMax;

  /**
   * Sockets for one array.
   *
   * @param answerBytesMax the most that is read for one request
   */
  GuardedSocketFactory(
      TlsTrust trust,
      SendGuard guard,
      ArrayTimeouts timeouts,
      Connections connections,
      long answerBytesMax) {
    this.trust = trust;
    this.guard = guard;
    this.timeouts = timeouts;
    this.connections = connections;
    this.answerBytesMax = answerBytesMax;
  }

  @Override
  public Socket createSocket() {
    return new GuardedSocket(trust, guard, timeouts, connections, answerBytesMax);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected(new java.net.InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected(new java.net.InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return createSocket(host, port);
  }

  private Socket connected(java.net.InetSocketAddress address) throws IOException {
    Socket socket = createSocket();
    socket.connect(address, connections.connectMillis());
    return socket;
  }
}
