/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.space;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.PoolSpace;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.work.SingleFlight;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the space of the pool and raises an event, which is an entry of the audit trail and a
 * line of the log, whenever a threshold is crossed. A pool that is above one when the core starts
 * raises it then, again if need be: who restarts an appliance that is nearly full should hear so.
 */
public final class SpaceWatch implements Space, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SpaceWatch.class);
  private static final String SUBJECT = "pool";

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ReplicaLedger replicas;
  private final CatalogAuditTrail audit;
  private final SpaceThresholds thresholds;
  private final SingleFlight flight;
  private final List<Consumer<PoolSpace>> listeners = new CopyOnWriteArrayList<>();
  private volatile SpaceLevel level = SpaceLevel.NORMAL;

  /** Wires the watch; it looks when it is asked to. */
  public SpaceWatch(
      Catalog catalog,
      VolumeDriver driver,
      ReplicaLedger replicas,
      CatalogAuditTrail audit,
      SpaceThresholds thresholds,
      Executor workers) {
    this.catalog = catalog;
    this.driver = driver;
    this.replicas = replicas;
    this.audit = audit;
    this.thresholds = thresholds;
    this.flight = new SingleFlight("watch of the space", workers, this::look);
  }

  /** Lets it look soon. */
  public void request() {
    flight.request();
  }

  private void look() {
    try {
      PoolSpace space = driver.space();
      SpaceLevel now = thresholds.level(level, space);
      if (now != level) {
        raise(now, space);
        level = now;
      }
      listeners.forEach(listener -> listener.accept(space));
    } catch (DomainException | VolumeException e) {
      LOG.warn("the space of the pool is looked at again later", e);
    }
  }

  @Override
  public void listen(Consumer<PoolSpace> listener) {
    listeners.add(listener);
  }

  private void raise(SpaceLevel now, PoolSpace space) throws DomainException {
    String detail = describe(space);
    catalog.change(
        transaction -> {
          audit.record(transaction, Actor.LUNETTE, now.action(), SUBJECT, detail);
          return null;
        });
    if (now == SpaceLevel.NORMAL) {
      LOG.info("space of the pool: {}: {}", now, detail);
    } else {
      LOG.warn("space of the pool: {}: {}", now, detail);
    }
  }

  private String describe(PoolSpace space) {
    return String.format(
        Locale.ROOT,
        "%.1f %% used of %d bytes%s; thresholds %s",
        space.usedPercent(),
        space.roomBytes(),
        space.availableBytes() < space.cleanBytes() ? " that its file system has room for" : "",
        thresholds);
  }

  @Override
  public SpaceReport report() throws DomainException {
    try {
      PoolSpace space = driver.space();
      return new SpaceReport(
          space, space.dirtyBytes() + heldByReturned(), thresholds.level(level, space));
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  private long heldByReturned() throws DomainException, VolumeException {
    List<Replica> returned = catalog.read(this::returned);
    long bytes = 0;
    for (Replica replica : returned) {
      if (driver.place(replica.volume()).isLocal()) {
        Optional<VolumeInfo> volume = driver.find(replica.volume());
        bytes += volume.map(VolumeInfo::allocatedBytes).orElse(0L);
      }
    }
    return bytes;
  }

  private List<Replica> returned(Transaction transaction) throws DomainException {
    List<Replica> found = new ArrayList<>();
    for (ReplicaState state : List.of(ReplicaState.RETURNED, ReplicaState.SCRUBBING)) {
      found.addAll(replicas.inState(transaction, state, Integer.MAX_VALUE));
    }
    return found;
  }

  /** Waits for the look under way and takes no more. */
  @Override
  public void close() {
    flight.close();
  }
}
