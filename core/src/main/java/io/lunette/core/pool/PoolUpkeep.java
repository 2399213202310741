/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.ImageId;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.work.SingleFlight;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the volumes of pools as the catalog wants them: deletes what is retired, makes what is
 * missing. One after the other and never twice at one time, so that no volume is deleted while it
 * is still being made. Thread-safe.
 */
public final class PoolUpkeep implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PoolUpkeep.class);

  private final Refill refill;
  private final VolumeSweep sweep;
  private final SingleFlight flight;

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
      CatalogAuditTrail audit,
      Clock clock,
      Executor workers,
      int batch) {
    this.refill = new Refill(catalog, driver, images, replicas, pools, clock, batch);
    this.sweep = new VolumeSweep(catalog, driver, images, replicas, audit);
    this.flight = new SingleFlight("upkeep of the pools", workers, this::run);
  }

  /** Lets it run soon. */
  public void request() {
    flight.request();
  }

  /** Why the last refill of a pool did not succeed. */
  Optional<String> trouble(ImageId image) {
    return refill.trouble(image);
  }

  private void run() {
    try {
      sweep.run();
      refill.run();
    } catch (DomainException e) {
      LOG.warn("upkeep of the pools is tried again later", e);
    }
  }

  /** Waits for the run under way and lets no more begin. */
  @Override
  public void close() {
    flight.close();
  }
}
