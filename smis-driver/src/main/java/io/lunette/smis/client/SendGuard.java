/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.io.IOException;

/**
 * Sees to it that nothing is sent again by itself. The WBEM client library repeats a request on a
 * new connection when the old one was dropped before or in the middle of the answer, whatever was
 * asked; a volume would then be made twice. A request may follow one that was turned away, as by a
 * 401, and nothing else. Each thread has one operation at a time. Thread-safe.
 */
final class SendGuard {

  private final ThreadLocal<Object> sent = new ThreadLocal<>();

  /** A new operation begins on this thread, or the last has ended. */
  void reset() {
    sent.remove();
  }

  /**
   * Something is about to be sent on a connection.
   *
   * @throws IOException if the operation was sent on another connection
   */
  void sending(Object connection) throws IOException {
    Object before = sent.get();
    if (before != null && before != connection) {
      throw new IOException("the connection was dropped before the whole answer");
    }
    sent.set(connection);
  }

  /** Whether this thread's operation was sent, so that it may have been done. */
  boolean isSent() {
    return sent.get() != null;
  }

  /** What was sent was turned away: it was not done, and may be sent once more. */
  void turnedAway() {
    sent.remove();
  }
}
