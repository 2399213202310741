/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageId;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.work.SingleFlight;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the volumes of pools as the catalog wants them: deletes what is retired, makes what is
 * missing. One after the other and never twice at one time, so that no clone is deleted while it is
 * still being made; a copy that is deleted ends. Thread-safe.
 */
public final class PoolUpkeep implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PoolUpkeep.class);

  private static final Duration PRUNE_EVERY = Duration.ofHours(1);

  private final Catalog catalog;
  private final Clock clock;
  private final DemandLedger demand;
  private final RefillTroubles troubles;
  private final ReplicaCopies copies;
  private final Refill refill;
  private final VolumeSweep sweep;
  private final SingleFlight flight;
  private Instant pruned = Instant.EPOCH;

  /**
   * Wires the upkeep; nothing runs yet.
   *
   * @param batch how many replicas are made in one step
   */
  public PoolUpkeep(
      Catalog catalog,
      VolumeDriver driver,
      ImageLedger images,
      ReplicaLedger replicas,
      PoolLedger pools,
      PoolTermsLedger terms,
      PoolForecasts forecasts,
      DemandLedger demand,
      CatalogAuditTrail audit,
      Clock clock,
      Executor workers,
      int batch) {
    this.catalog = catalog;
    this.clock = clock;
    this.demand = demand;
    this.troubles = new RefillTroubles(clock);
    this.copies =
        new ReplicaCopies(
            catalog, driver, replicas, demand, clock, workers, this::request, troubles::note);
    this.refill =
        new Refill(
            catalog,
            driver,
            images,
            replicas,
            pools,
            new PoolGoals(pools, terms, forecasts),
            new ReplicaMaker(catalog, driver, replicas, demand, clock),
            copies,
            troubles,
            batch);
    this.sweep = new VolumeSweep(catalog, driver, images, replicas, audit);
    this.flight = new SingleFlight("upkeep of the pools", workers, this::run);
  }

  /** Lets it run soon. */
  public void request() {
    flight.request();
  }

  /** Why a pool is not full. */
  Optional<String> trouble(ImageId image) {
    return troubles.get(image);
  }

  /** The independent replicas of an image that are being made. */
  List<RunningCopy> copies(Image image) {
    return copies.running(image);
  }

  private void run() {
    try {
      sweep.run();
      refill.run();
      prune();
    } catch (DomainException e) {
      LOG.warn("upkeep of the pools is tried again later", e);
    }
  }

  private void prune() throws DomainException {
    Instant now = clock.instant();
    if (pruned.plus(PRUNE_EVERY).isBefore(now)) {
      catalog.change(
          transaction -> {
            demand.prune(transaction);
            return null;
          });
      pruned = now;
    }
  }

  /** Waits for the run under way and lets no more begin. */
  @Override
  public void close() {
    flight.close();
  }
}
