/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.array.Arrays;
import io.lunette.core.array.CatalogArrays;
import io.lunette.core.array.ConnectedArrays;
import io.lunette.core.array.RoutingLunMasking;
import io.lunette.core.array.RoutingVolumeDriver;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.libiscsi.InitiatorException;
import io.lunette.libiscsi.RemoteBlockDevice;
import io.lunette.smis.client.ArrayTimeouts;
import io.lunette.smis.client.SmisConnector;
import io.lunette.smis.client.SmisSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Joins the local pool and target with the foreign arrays that are registered: one driver and one
 * masking for the core over all of them. Thread-safe.
 */
final class ForeignArrays implements AutoCloseable {

  private static final int END_SECONDS = 10;

  /** How long a LUN may keep silent; a target that is busy says so earlier. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ExecutorService threads;
  private final ConnectedArrays connected;
  private final RoutingVolumeDriver driver;
  private final RoutingLunMasking masking;
  private final Arrays arrays;

  /**
   * Wires them; nothing is connected before it is needed.
   *
   * @param targetName of this appliance; its initiator towards arrays is named after it
   */
  ForeignArrays(Catalog catalog, VolumeDriver local, LunMasking localMasking, String targetName) {
    AtomicInteger number = new AtomicInteger();
    this.threads =
        Executors.newCachedThreadPool(
            task -> daemon(task, "lunette-array-" + number.incrementAndGet()));
    SmisSettings settings =
        new SmisSettings(
            new InitiatorName(targetName + "-initiator"),
            this::connect,
            threads,
            Clock.systemUTC(),
            ArrayTimeouts.DEFAULT);
    this.connected =
        new ConnectedArrays(
            catalog, new SmisConnector(catalog, settings), Clock.systemUTC(), threads);
    this.driver = new RoutingVolumeDriver(catalog, local, connected);
    this.masking = new RoutingLunMasking(catalog, localMasking, connected);
    this.arrays = new CatalogArrays(catalog, connected, local, new CatalogAuditTrail(catalog));
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private BlockDevice connect(LunMapping mapping, InitiatorName self) throws VolumeException {
    try {
      return RemoteBlockDevice.open(mapping.url(), self.value(), PATIENCE, threads);
    } catch (InitiatorException e) {
      throw new VolumeException(VolumeException.Kind.IO, e.getMessage(), e);
    }
  }

  /** The volumes of the local pool and of all arrays. */
  VolumeDriver driver() {
    return driver;
  }

  /** Who sees them. */
  LunMasking masking() {
    return masking;
  }

  /** Which arrays there are. */
  Arrays arrays() {
    return arrays;
  }

  /** Lets the core end without waiting for what arrays are doing. */
  void leave() {
    connected.leave();
  }

  @Override
  public void close() {
    connected.close();
    threads.shutdown();
    try {
      boolean ignored = threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
