/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one array, and how patient they are. Once the array is being left, whoever
 * waits for it is given a moment, and then its connection ends: an array that keeps silent does not
 * hold up our stop. Thread-safe.
 */
final class Connections {

  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
  private static final Duration MOMENT = Duration.ofSeconds(2);

  private final ArrayTimeouts timeouts;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean left;

  Connections(ArrayTimeouts timeouts) {
    this.timeouts = timeouts;
  }

  /** How long a connection may take. */
  int connectMillis() {
    return millis(timeouts.connect());
  }

  /** How long the array may keep silent in an answer. */
  int silenceMillis() {
    return millis(timeouts.silence());
  }

  private int millis(Duration usual) {
    Duration now = left && usual.compareTo(MOMENT) > 0 ? MOMENT : usual;
    return Math.toIntExact(now.toMillis());
  }

  void opened(Socket socket) {
    open.add(socket);
  }

  void closed(Socket socket) {
    open.remove(socket);
  }

  /** Nobody has time for this array any more. */
  void leave(Executor threads) {
    left = true;
    CompletableFuture.delayedExecutor(MOMENT.toMillis(), TimeUnit.MILLISECONDS, threads)
        .execute(() -> open.forEach(Connections::end));
  }

  private static void end(Socket socket) {
    try {
      close(socket);
    } catch (IOException e) {
      LOG.debug("a connection ended badly", e);
    }
  }

  /**
   * Closes a TLS connection without waiting for the peer to do so too: the JDK reads on for as long
   * as a read may take, where nobody else reads.
   */
  static void close(Socket socket) throws IOException {
    try (socket) {
      if (!socket.isClosed()) {
        socket.setSoTimeout(1);
      }
    }
  }
}
