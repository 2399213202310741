/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was started, closed in the reverse order; one that fails to close does not keep the others
 * open. Used by one thread at a time.
 */
final class Lifecycle implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  /** How one thing is closed. */
  interface Closing {
    void close() throws Exception;
  }

  private record Started(String name, Closing closing) {}

  private final Deque<Started> started = new ArrayDeque<>();

  /** Takes charge of something that has been started. */
  void add(String name, Closing closing) {
    started.push(new Started(name, closing));
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      Started next = started.pop();
      try {
        next.closing().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("{} did not close cleanly", next.name(), e);
      }
    }
  }
}
