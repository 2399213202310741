/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.allocation;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.Home;
import io.lunette.appliance.signing.KeyFiles;
import io.lunette.bench.report.Latencies;
import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.ImageImport;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.SparseRegions;
import io.lunette.core.load.TargetLoad;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.power.ServerPower;
import io.lunette.core.provisioning.CoreParts;
import io.lunette.core.provisioning.CoreSettings;
import io.lunette.core.provisioning.ProvisioningCore;
import io.lunette.core.provisioning.ReconcileReport;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaQuery;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A data centre in a catalog: so many replicas, servers and tenants, half of the servers at work.
 * Volumes are real clones in a pool; what initiators see is only recorded.
 */
public final class AllocationBench implements AutoCloseable {

  private static final Actor ACTOR = new Actor("bench");
  private static final ImageName IMAGE = new ImageName("golden");
  private static final int IMAGE_BYTES = 1 << 20;
  private static final int PAGE = 1000;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long STOCK_SECONDS_MAX = 600;

  private final AllocationSize size;
  private final EngineVolumeDriver driver;
  private final Catalog catalog;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService workers = Executors.newFixedThreadPool(2);
  private final ProvisioningCore core;

  /**
   * An empty one.
   *
   * @param catalog closed with it
   */
  public AllocationBench(Path directory, Catalog catalog, AllocationSize size)
      throws DomainException, VolumeException, ApplianceException {
    this.size = size;
    this.catalog = catalog;
    Path pool = directory.resolve("pool");
    EngineVolumeDriver.createPool(pool, 4L << 30);
    this.driver = EngineVolumeDriver.open(pool, Clock.systemUTC());
    this.core =
        ProvisioningCore.over(
            new CoreParts(
                catalog,
                driver,
                new RecordedMasking(),
                ServerPower.none(),
                TargetLoad.none(),
                SparseRegions.everything(),
                KeyFiles.loadOrCreate(new Home(directory)),
                "bench",
                Clock.systemUTC(),
                timer,
                workers,
                workers,
                CoreSettings.DEFAULT));
    ReconcileReport unused = core.start();
  }

  /** Makes all of it: image, servers, replicas; half of the servers get one. */
  public void stock(Path directory) throws DomainException, IOException {
    Path image = Files.write(directory.resolve("image.raw"), new byte[IMAGE_BYTES]);
    try {
      var unused =
          core.images()
              .importRaw(ACTOR, new ImageImport(IMAGE, Optional.empty(), image, "bench"))
              .result()
              .toCompletableFuture()
              .get(STOCK_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IOException("the image was not imported", e);
    }
    demand(size.replicas());
    for (int i = 0; i < size.servers(); i++) {
      core.servers()
          .add(ACTOR, server(i), new InitiatorName("iqn.2026-11.test:s" + i), Optional.empty());
    }
    awaitReady(size.replicas());
    for (int i = 0; i < size.servers(); i += 2) {
      give(i);
    }
  }

  /** Has so many ready at least, with no background work left to do. */
  public void restock(int ready) throws DomainException, IOException {
    if (core.pools().get(IMAGE).count(ReplicaState.READY) < ready) {
      demand(ready);
      awaitReady(ready);
    }
  }

  /** Refills once, and not again while there is one left; what is returned is not scrubbed. */
  private void demand(int ready) throws DomainException {
    core.pools()
        .set(
            ACTOR,
            IMAGE,
            new PoolChange(
                OptionalInt.of(ready),
                OptionalInt.of(0),
                OptionalInt.of(Integer.MAX_VALUE),
                Optional.of(Duration.ofDays(1)),
                Optional.empty()));
  }

  private void awaitReady(int ready) throws DomainException, IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOCK_SECONDS_MAX);
    while (core.pools().get(IMAGE).count(ReplicaState.READY) < ready) {
      if (System.nanoTime() > end) {
        throw new IOException("the replicas were not made in " + STOCK_SECONDS_MAX + " s");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** How many servers have none. */
  public int idleServers() {
    return size.servers() / 2;
  }

  /** Hands a replica to one of the servers that have none, counted from 0. */
  public void allocate(int idleServer) throws DomainException, IOException {
    give(1 + 2 * idleServer);
  }

  /** Takes it back. */
  public void release(int idleServer) throws DomainException {
    var unused = core.allocations().release(ACTOR, server(1 + 2 * idleServer));
  }

  /** Allocates and releases in turn, and then lists; what each took. */
  List<AllocationRun> run(int rounds) throws DomainException, IOException {
    long[] allocations = new long[rounds];
    long[] releases = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      int server = i % idleServers();
      long begun = System.nanoTime();
      allocate(server);
      long given = System.nanoTime();
      release(server);
      allocations[i] = given - begun;
      releases[i] = System.nanoTime() - given;
    }
    return List.of(
        new AllocationRun("allocate", new Latencies(allocations)),
        new AllocationRun("release", new Latencies(releases)),
        listing("page of " + PAGE + " replicas", () -> core.replicas().list(ReplicaQuery.all())),
        listing("all replicas", this::allReplicas),
        listing("page of servers", () -> core.servers().page(Optional.empty(), PAGE)),
        listing("page of allocations", () -> core.allocations().page(Optional.empty(), PAGE)),
        listing("pools", () -> core.pools().list()),
        listing("page of the audit trail", () -> core.audit().list(OptionalLong.empty(), PAGE)));
  }

  private interface Listing {
    List<?> rows() throws DomainException;
  }

  private static AllocationRun listing(String name, Listing listing)
      throws DomainException, IOException {
    long[] nanos = new long[20];
    for (int i = 0; i < nanos.length; i++) {
      long begun = System.nanoTime();
      if (listing.rows().isEmpty()) {
        throw new IOException("nothing to list: " + name);
      }
      nanos[i] = System.nanoTime() - begun;
    }
    return new AllocationRun(name, new Latencies(nanos));
  }

  private List<Replica> allReplicas() throws DomainException {
    List<Replica> all = new ArrayList<>();
    List<Replica> page = core.replicas().list(ReplicaQuery.all());
    while (!page.isEmpty()) {
      all.addAll(page);
      page =
          core.replicas()
              .list(
                  new ReplicaQuery(
                      Optional.empty(),
                      Optional.empty(),
                      Optional.of(page.get(page.size() - 1).name()),
                      PAGE));
    }
    return all;
  }

  private void give(int server) throws DomainException, IOException {
    AllocationOutcome outcome =
        core.allocations()
            .allocate(
                ACTOR, server(server), new TenantName("tenant-" + server % size.tenants()), IMAGE);
    if (outcome.kind() != AllocationOutcome.Kind.ALLOCATED) {
      throw new IOException("server " + server + " got nothing: " + outcome);
    }
  }

  private static ServerName server(int number) {
    return new ServerName("server-" + number);
  }

  @Override
  public void close() throws VolumeException {
    core.close();
    timer.shutdownNow();
    workers.shutdown();
    driver.close();
    catalog.close();
  }
}
