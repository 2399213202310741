/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationLedger;
import io.lunette.core.allocation.AllocationLuns;
import io.lunette.core.allocation.AllocationUnits;
import io.lunette.core.allocation.Allocations;
import io.lunette.core.allocation.CatalogAllocations;
import io.lunette.core.allocation.Handover;
import io.lunette.core.allocation.PortionExchange;
import io.lunette.core.allocation.TenantQuotas;
import io.lunette.core.allocation.Unmasking;
import io.lunette.core.audit.AuditTrail;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.balance.Balancer;
import io.lunette.core.boot.NetworkBoot;
import io.lunette.core.certificate.CatalogCertificates;
import io.lunette.core.certificate.CertificateChain;
import io.lunette.core.certificate.Certificates;
import io.lunette.core.compose.CatalogCompositions;
import io.lunette.core.compose.Compositions;
import io.lunette.core.image.CatalogImages;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageVolumes;
import io.lunette.core.image.Images;
import io.lunette.core.image.TenantImages;
import io.lunette.core.load.ServerLoads;
import io.lunette.core.mapping.CatalogMappings;
import io.lunette.core.mapping.ManualMappings;
import io.lunette.core.mapping.MappingLedger;
import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.move.MoveHolds;
import io.lunette.core.move.ServerMoves;
import io.lunette.core.node.CatalogNodes;
import io.lunette.core.node.Nodes;
import io.lunette.core.personality.CatalogPersonalities;
import io.lunette.core.personality.Personalities;
import io.lunette.core.pool.CatalogPools;
import io.lunette.core.pool.DemandLedger;
import io.lunette.core.pool.OnDemandReplica;
import io.lunette.core.pool.PoolForecasts;
import io.lunette.core.pool.PoolLedger;
import io.lunette.core.pool.PoolTermsLedger;
import io.lunette.core.pool.PoolUpkeep;
import io.lunette.core.pool.Pools;
import io.lunette.core.power.Restarts;
import io.lunette.core.replica.CatalogReplicas;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.Replicas;
import io.lunette.core.replica.TenantRemains;
import io.lunette.core.rollout.Rollouts;
import io.lunette.core.scrub.CatalogErasures;
import io.lunette.core.scrub.CatalogScrubs;
import io.lunette.core.scrub.Erasures;
import io.lunette.core.scrub.Scrubs;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.ServerDependents;
import io.lunette.core.server.ServerLocks;
import io.lunette.core.server.ServerLuns;
import io.lunette.core.server.Servers;
import io.lunette.core.space.Space;
import io.lunette.core.space.SpaceWatch;
import io.lunette.core.tenant.CatalogTenants;
import io.lunette.core.tenant.Tenants;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumePlace;
import io.lunette.core.work.Lanes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The services and their background work over one catalog, one driver and one masking. */
final class WiredCore implements ProvisioningCore {

  private static final Logger LOG = LoggerFactory.getLogger(WiredCore.class);

  private final CoreParts parts;
  private final CatalogAuditTrail audit;
  private final CatalogTenants tenants;
  private final CatalogServers servers;
  private final CatalogImages images;
  private final CatalogCompositions compositions;
  private final CatalogReplicas replicas;
  private final CatalogPools pools;
  private final CatalogAllocations allocations;
  private final CatalogPersonalities personalities;
  private final CatalogScrubs scrubs;
  private final CatalogErasures erasures;
  private final CatalogCertificates certificates;
  private final CatalogMappings mappings;
  private final VolumeClaims claims = new VolumeClaims();
  private final WiredServers running;
  private final SpaceWatch space;
  private final PoolUpkeep upkeep;
  private final Unmasking unmasking;
  private final Lanes<VolumePlace> unmasks;
  private final Heartbeat heartbeat;
  private final VolumeReconciler volumeReconciler;
  private final MaskingReconciler maskingReconciler;
  private ScheduledFuture<?> ticks;

  WiredCore(CoreParts parts) {
    this.parts = parts;
    var catalog = parts.catalog();
    var driver = parts.driver();
    var masking = parts.masking();
    var settings = parts.settings();
    var imageLedger = new ImageLedger();
    var imageVolumes = new ImageVolumes(catalog, driver, imageLedger);
    var replicaLedger = new ReplicaLedger();
    var poolLedger = new PoolLedger();
    var poolTerms = new PoolTermsLedger();
    var demandLedger = new DemandLedger();
    var forecasts = new PoolForecasts(demandLedger, settings.refillBatch());
    var allocationLedger = new AllocationLedger();
    var mappingLedger = new MappingLedger();
    var locks = new ServerLocks();
    var luns = new ServerLuns();

    this.audit = new CatalogAuditTrail(catalog);
    this.personalities = new CatalogPersonalities(catalog, imageLedger, audit);
    var allocationLuns = new AllocationLuns(luns);
    var units =
        new AllocationUnits(catalog, masking, allocationLuns, personalities.volumes(driver));
    var holds = new MoveHolds(WiredServers.MOVES, audit);
    var portions =
        new PortionExchange(
            catalog, masking, imageLedger, allocationLedger, allocationLuns, locks, audit);
    this.unmasking = new Unmasking(catalog, driver, masking, units, replicaLedger, luns, locks);
    var chain = new CertificateChain(parts.keys());
    this.certificates = new CatalogCertificates(catalog, chain, parts.keys(), audit);
    this.tenants =
        new CatalogTenants(
            catalog, audit, List.of(new TenantImages(), allocationLedger, new TenantRemains()));
    var quotas = new TenantQuotas(catalog, driver, tenants, allocationLedger);
    this.replicas = new CatalogReplicas(catalog, replicaLedger);
    List<ServerDependents> dependents = new ArrayList<>(WiredServers.dependents());
    dependents.addAll(List.of(allocationLedger, unmasking, mappingLedger, personalities));
    this.servers = new CatalogServers(catalog, masking, locks, audit, dependents);
    this.upkeep =
        new PoolUpkeep(
            catalog,
            driver,
            imageLedger,
            imageVolumes,
            replicaLedger,
            poolLedger,
            poolTerms,
            forecasts,
            demandLedger,
            audit,
            parts.clock(),
            parts.workers(),
            parts.waiting(),
            settings.refillBatch());
    this.scrubs =
        new CatalogScrubs(
            catalog,
            driver,
            imageLedger,
            replicaLedger,
            poolLedger,
            poolTerms,
            audit,
            chain,
            parts.softwareVersion(),
            upkeep::request,
            settings.space(),
            parts.clock(),
            parts.workers(),
            parts.waiting(),
            settings.scrubRuns(),
            settings.scrubAttempts());
    this.erasures =
        new CatalogErasures(
            catalog,
            driver,
            chain,
            parts.softwareVersion(),
            audit,
            parts.workers(),
            parts.waiting());
    this.pools =
        new CatalogPools(
            catalog,
            driver,
            imageLedger,
            replicaLedger,
            poolLedger,
            poolTerms,
            forecasts,
            upkeep,
            scrubs::request,
            audit);
    this.images =
        new CatalogImages(
            catalog,
            driver,
            parts.regions(),
            imageLedger,
            imageVolumes,
            tenants,
            audit,
            List.of(pools, allocationLuns, mappingLedger, personalities),
            this::demand,
            parts.workers());
    this.compositions = new CatalogCompositions(catalog, driver, images);
    this.allocations =
        new CatalogAllocations(
            catalog,
            masking,
            servers,
            locks,
            luns,
            replicaLedger,
            allocationLedger,
            units,
            unmasking,
            new Handover(
                imageLedger,
                replicaLedger,
                allocationLedger,
                luns,
                units,
                tenants,
                quotas,
                demandLedger,
                holds,
                audit),
            quotas,
            new OnDemandReplica(
                catalog,
                driver,
                imageLedger,
                replicaLedger,
                poolTerms,
                demandLedger,
                parts.clock()),
            holds,
            audit,
            this::demand);
    this.running =
        new WiredServers(
            parts, servers, allocations, portions, allocationLedger, imageLedger, pools, audit);
    this.mappings =
        new CatalogMappings(
            catalog, driver, masking, servers, locks, luns, mappingLedger, claims, audit);
    this.space =
        new SpaceWatch(catalog, driver, replicaLedger, audit, settings.space(), parts.workers());
    this.unmasks =
        new Lanes<>("unmasking", parts.waiting(), this::tidyAllocations, unmasking::finishAll);
    this.heartbeat = new Heartbeat(new CatalogNodes(catalog), parts.clock(), parts.workers());
    this.volumeReconciler =
        new VolumeReconciler(
            catalog,
            driver,
            masking,
            imageLedger,
            imageVolumes,
            replicaLedger,
            allocationLuns,
            new ForgottenPast(driver, scrubs),
            new ReplicaWithdrawal(catalog, replicaLedger, allocationLedger, luns, audit));
    this.maskingReconciler =
        new MaskingReconciler(
            catalog, masking, servers, allocationLedger, units, mappingLedger, unmasking);
  }

  @Override
  public synchronized ReconcileReport start() throws DomainException {
    certificates.start();
    compositions.start();
    scrubs.start();
    erasures.start();
    Differences differences = new Differences();
    volumeReconciler.run(differences);
    maskingReconciler.run(differences);
    ReconcileReport report = differences.report();
    report
        .differences()
        .forEach(
            difference ->
                LOG.info(
                    "at start: {}: {}: {}",
                    difference.subject(),
                    difference.found(),
                    difference.done()));
    long tick = parts.settings().tick().toMillis();
    ticks = parts.timer().scheduleWithFixedDelay(this::ticked, tick, tick, TimeUnit.MILLISECONDS);
    running.start();
    erasures.request();
    demand();
    return report;
  }

  /** A timer forgets a task that throws: then nothing would be done any more until a restart. */
  private void ticked() {
    try {
      tick();
    } catch (RuntimeException | Error e) {
      logTick(e);
    }
  }

  private static void logTick(Throwable failure) {
    try {
      LOG.error("what time brings about is done at the next tick", failure);
    } catch (RuntimeException | Error unlogged) {
      // Where there is no memory for a line, the next tick matters more than it.
    }
  }

  /** What time alone may bring about: replicas grow old, failures may be tried again. */
  void tick() {
    unmasks.request();
    erasures.request();
    demand();
    running.tick();
    space.request();
    heartbeat.request();
  }

  private void demand() {
    upkeep.request();
    scrubs.request();
  }

  private Set<VolumePlace> tidyAllocations() throws DomainException, VolumeException {
    allocations.forgetOldRequests();
    return parts.driver().places();
  }

  @Override
  public Images images() {
    return images;
  }

  @Override
  public Compositions compositions() {
    return compositions;
  }

  @Override
  public Pools pools() {
    return pools;
  }

  @Override
  public Replicas replicas() {
    return replicas;
  }

  @Override
  public Servers servers() {
    return servers;
  }

  @Override
  public Tenants tenants() {
    return tenants;
  }

  @Override
  public Allocations allocations() {
    return allocations;
  }

  @Override
  public Personalities personalities() {
    return personalities;
  }

  @Override
  public Scrubs scrubs() {
    return scrubs;
  }

  @Override
  public Erasures erasures() {
    return erasures;
  }

  @Override
  public Certificates certificates() {
    return certificates;
  }

  @Override
  public ManualMappings mappings() {
    return mappings;
  }

  @Override
  public VolumeClaims claims() {
    return claims;
  }

  @Override
  public NetworkBoot networkBoot() {
    return running.networkBoot;
  }

  @Override
  public Restarts restarts() {
    return running.restarts;
  }

  @Override
  public ServerMoves moves() {
    return running.moves;
  }

  @Override
  public Rollouts rollouts() {
    return running.rollouts;
  }

  @Override
  public ServerLoads loads() {
    return running.loads;
  }

  @Override
  public Balancer balancer() {
    return running.balancer;
  }

  @Override
  public Space space() {
    return space;
  }

  @Override
  public AuditTrail audit() {
    return audit;
  }

  @Override
  public Nodes nodes() {
    return heartbeat.nodes();
  }

  @Override
  public void whenFenced(Consumer<String> told) {
    heartbeat.whenFenced(told);
  }

  @Override
  public synchronized void close() {
    if (ticks != null) {
      ticks.cancel(false);
    }
    running.close();
    images.close();
    unmasks.close();
    upkeep.close();
    scrubs.close();
    erasures.close();
    space.close();
    heartbeat.close();
  }
}
