/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.discovery;

import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.jmdns.JmDNS;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes links all at once, since each says good-bye three times with a second in between. */
final class MulticastLinks {

  private static final Logger LOG = LoggerFactory.getLogger(MulticastLinks.class);
  private static final long CLOSE_SECONDS = 8;

  private MulticastLinks() {}

  /** Returns when all are closed, or have had time enough. */
  static void close(Collection<JmDNS> links) {
    if (links.isEmpty()) {
      return;
    }
    ExecutorService closers = Executors.newFixedThreadPool(links.size());
    links.forEach(link -> closers.execute(() -> close(link)));
    closers.shutdown();
    try {
      if (!closers.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("multicast DNS did not close within {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(JmDNS link) {
    try {
      link.close();
    } catch (IOException e) {
      LOG.warn("multicast DNS did not close cleanly", e);
    }
  }
}
