/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.DomainException;
import io.lunette.core.node.CatalogNodes;
import io.lunette.core.node.NodeName;
import io.lunette.core.node.Nodes;
import io.lunette.core.work.SingleFlight;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in a shared catalog that this node lives, and finds out so that another one has its place
 * even while nothing else is changed. Thread-safe.
 */
final class Heartbeat implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private final CatalogNodes nodes;
  private final Clock clock;
  private final SingleFlight flight;
  private final AtomicBoolean fenced = new AtomicBoolean();
  private volatile Consumer<String> told = LOG::error;
  private Instant due = Instant.MIN;

  Heartbeat(CatalogNodes nodes, Clock clock, Executor workers) {
    this.nodes = nodes;
    this.clock = clock;
    this.flight = new SingleFlight("heartbeat", workers, this::beat);
  }

  Nodes nodes() {
    return nodes;
  }

  void whenFenced(Consumer<String> consumer) {
    told = consumer;
  }

  /** Lets it beat soon if it is time; a catalog that nobody shares needs none. */
  void request() {
    if (!nodes.self().equals(NodeName.LOCAL)) {
      flight.request();
    }
  }

  private void beat() {
    Instant now = clock.instant();
    if (fenced.get() || now.isBefore(due)) {
      return;
    }
    due = now.plus(PERIOD);
    try {
      nodes.beat();
    } catch (DomainException e) {
      if (e.kind() == DomainException.Kind.FENCED && fenced.compareAndSet(false, true)) {
        told.accept(e.getMessage());
      } else {
        LOG.warn("this node is not seen in the catalog: {}", e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    flight.close();
  }
}
