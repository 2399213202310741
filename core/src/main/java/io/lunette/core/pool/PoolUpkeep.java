/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageId;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageVolumes;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumePlace;
import io.lunette.core.work.Lanes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Keeps the volumes of pools as the catalog wants them: deletes what is retired, makes what is
 * missing. At each place one after the other and never twice at one time, so that no clone is
 * deleted while it is still being made; a copy that is deleted ends. A place that keeps one waiting
 * holds up none of the others. Thread-safe.
 */
public final class PoolUpkeep implements AutoCloseable {

  private static final Duration PRUNE_EVERY = Duration.ofHours(1);

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final Clock clock;
  private final DemandLedger demand;
  private final RefillTroubles troubles;
  private final ReplicaCopies copies;
  private final Refill refill;
  private final VolumeSweep sweep;
  private final Lanes<VolumePlace> lanes;
  private Instant pruned = Instant.EPOCH;

  /**
   * Wires the upkeep; nothing runs yet.
   *
   * @param waiting has a thread for whoever waits for a place
   * @param batch how many replicas are made in one step
   */
  public PoolUpkeep(
      Catalog catalog,
      VolumeDriver driver,
      ImageLedger images,
      ImageVolumes imageVolumes,
      ReplicaLedger replicas,
      PoolLedger pools,
      PoolTermsLedger terms,
      PoolForecasts forecasts,
      DemandLedger demand,
      CatalogAuditTrail audit,
      Clock clock,
      Executor workers,
      Executor waiting,
      int batch) {
    this.catalog = catalog;
    this.driver = driver;
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
    this.sweep = new VolumeSweep(catalog, driver, images, imageVolumes, replicas, audit);
    this.lanes = new Lanes<>("upkeep of the pools", waiting, this::survey, this::run);
  }

  /** Lets it run soon. */
  public void request() {
    lanes.request();
  }

  /** Why a pool is not full. */
  Optional<String> trouble(ImageId image) {
    return troubles.get(image);
  }

  /** The independent replicas of an image that are being made. */
  List<RunningCopy> copies(Image image) {
    return copies.running(image);
  }

  private Set<VolumePlace> survey() throws DomainException, VolumeException {
    sweep.retire();
    prune();
    return driver.places();
  }

  private void run(VolumePlace place) throws DomainException, VolumeException {
    sweep.run(place);
    refill.run(place);
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

  /** Waits for the runs under way and lets no more begin. */
  @Override
  public void close() {
    lanes.close();
  }
}
