/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.io.IOException;

/**
 * Sees to it that nothing is sent again by itself. The WBEM client library repeats a request on a
 * new connection when the old one was dropped before the answer, whatever was asked; a volume would
 * then be made twice. A request may follow an answer, as after a 401, but not a silence. Each
 * thread has one operation at a time. Thread-safe.
 */
final class SendGuard {

  private final ThreadLocal<Object> unanswered = new ThreadLocal<>();

  /** A new operation begins on this thread, or the last has ended. */
  void reset() {
    unanswered.remove();
  }

  /**
   * Something is about to be sent on a connection.
   *
   * @throws IOException if the operation was sent on another connection and not answered
   */
  void sending(Object connection) throws IOException {
    Object before = unanswered.get();
    if (before != null && before != connection) {
      throw new IOException("the connection was dropped before the answer");
    }
    unanswered.set(connection);
  }

  /** The first of an answer has come. */
  void answered() {
    unanswered.remove();
  }
}
