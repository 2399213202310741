/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.pool.OnDemandReplica;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.ServerLocks;
import io.lunette.core.server.ServerLuns;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Allocation and release over a catalog and a masking.
 *
 * <p>To allocate, the catalog takes a ready replica in one transaction and the masking then shows
 * it; a crash between the two is made good at the next start, which derives the masking from the
 * catalog. To release, the catalog ends the allocation and notes that the replica is still in
 * reach, the masking takes it away, and only then may it be scrubbed.
 */
public final class CatalogAllocations implements Allocations {

  /** A replica that is made for a request is anybody's until it is taken. */
  private static final int TRIES = 3;

  private final Catalog catalog;
  private final LunMasking masking;
  private final CatalogServers servers;
  private final ServerLocks locks;
  private final ServerLuns luns;
  private final ReplicaLedger replicas;
  private final AllocationLedger allocations;
  private final AllocationUnits units;
  private final Unmasking unmasking;
  private final Handover handover;
  private final TenantQuotas quotas;
  private final OnDemandReplica maker;
  private final ServerHolds holds;
  private final CatalogAuditTrail audit;
  private final Runnable demand;
  private final RequestLedger requests = new RequestLedger();

  /**
   * Wires the service.
   *
   * @param maker makes a replica for a request that found none ready
   * @param holds knows who else has to do with a server
   * @param demand lets pools and scrubs look at what has changed
   */
  public CatalogAllocations(
      Catalog catalog,
      LunMasking masking,
      CatalogServers servers,
      ServerLocks locks,
      ServerLuns luns,
      ReplicaLedger replicas,
      AllocationLedger allocations,
      AllocationUnits units,
      Unmasking unmasking,
      Handover handover,
      TenantQuotas quotas,
      OnDemandReplica maker,
      ServerHolds holds,
      CatalogAuditTrail audit,
      Runnable demand) {
    this.catalog = catalog;
    this.masking = masking;
    this.servers = servers;
    this.locks = locks;
    this.luns = luns;
    this.replicas = replicas;
    this.allocations = allocations;
    this.units = units;
    this.unmasking = unmasking;
    this.handover = handover;
    this.quotas = quotas;
    this.maker = maker;
    this.holds = holds;
    this.audit = audit;
    this.demand = demand;
  }

  @Override
  public AllocationOutcome allocate(Actor actor, AllocationRequest request) throws DomainException {
    AllocationOutcome outcome;
    ServerLocks.Held lock = locks.hold(request.server());
    try {
      unmasking.finish(request.server());
      Handover.Result result = take(actor, request);
      for (int tries = 0;
          request.make() && result.isForWantOfAReplica() && tries < TRIES;
          tries++) {
        maker.make(actor, request.image());
        result = take(actor, request).made();
      }
      outcome = result.refusal().isPresent() ? result.refusal().get() : show(result);
    } finally {
      lock.release();
    }
    demand.run();
    return outcome;
  }

  private Handover.Result take(Actor actor, AllocationRequest request) throws DomainException {
    OptionalLong space = quotas.boundedSpace(request.tenant());
    return catalog.change(
        transaction ->
            handover.take(
                transaction, actor, servers.get(transaction, request.server()), request, space));
  }

  private AllocationOutcome show(Handover.Result result) throws DomainException {
    HeldReplica held = result.held().orElseThrow();
    if (held.ended().isPresent()) {
      return new AllocationOutcome.Allocated(
          allocation(held, shown(List.of(held.unit()), Map.of())), result.path());
    }
    servers.admit(servers.get(held.server()));
    return new AllocationOutcome.Allocated(allocation(held, units.show(held)), result.path());
  }

  @Override
  public ReleaseOutcome release(Actor actor, ServerName server, Optional<RequestKey> key)
      throws DomainException {
    return release(
        server,
        transaction -> {
          Optional<ReleaseOutcome> before = before(transaction, server, key);
          if (before.isEmpty()) {
            servers.get(transaction, server);
            holds.end(transaction, actor, server);
            Optional<HeldReplica> held = allocations.heldBy(transaction, server);
            if (held.isPresent()) {
              giveBack(transaction, actor, held.get());
            }
            requests.record(transaction, key, request(server), held.map(HeldReplica::id));
          }
          return before;
        });
  }

  /**
   * Takes one allocation back, if the server still holds that one, for a move of the server, which
   * goes on.
   *
   * @throws DomainException CONFLICT if another node holds it; IO
   */
  public void release(Actor actor, ServerName server, AllocationId allocation)
      throws DomainException {
    ReleaseOutcome unused =
        release(
            server,
            transaction -> {
              Optional<HeldReplica> held =
                  allocations
                      .heldBy(transaction, server)
                      .filter(each -> each.id().equals(allocation));
              if (held.isPresent()) {
                giveBack(transaction, actor, held.get());
              }
              return Optional.empty();
            });
  }

  private ReleaseOutcome release(ServerName server, Catalog.Work<Optional<ReleaseOutcome>> giveBack)
      throws DomainException {
    Optional<ReleaseOutcome> before;
    Optional<Replica> returned;
    ServerLocks.Held lock = locks.hold(server);
    try {
      before = catalog.change(giveBack);
      returned = unmasking.finish(server);
    } finally {
      lock.release();
    }
    demand.run();
    if (before.isPresent()) {
      return before.get();
    }
    return returned
        .<ReleaseOutcome>map(
            replica ->
                new ReleaseOutcome.Released(
                    server,
                    replica.tenant().orElseThrow(),
                    replica.imageName(),
                    replica.name(),
                    replica.since()))
        .orElseGet(() -> new ReleaseOutcome.NothingHeld(server));
  }

  /** What the same request came to before, if it was carried out. */
  private Optional<ReleaseOutcome> before(
      Transaction transaction, ServerName server, Optional<RequestKey> key) throws DomainException {
    Optional<RequestLedger.Done> done = requests.find(transaction, key, request(server));
    if (done.isEmpty()) {
      return Optional.empty();
    }
    Optional<AllocationId> ended = done.get().allocation();
    return Optional.of(
        ended.isPresent()
            ? released(allocations.get(transaction, ended.get()))
            : new ReleaseOutcome.NothingHeld(server));
  }

  private static String request(ServerName server) {
    return "release " + server;
  }

  private static ReleaseOutcome released(HeldReplica held) {
    return new ReleaseOutcome.Released(
        held.server(), held.tenant(), held.image(), held.replica(), held.ended().orElseThrow());
  }

  private void giveBack(Transaction transaction, Actor actor, HeldReplica held)
      throws DomainException {
    held.requireHere(transaction);
    String reason = "released by server " + held.server();
    if (replicas.move(
        transaction,
        held.replica(),
        ReplicaState.ALLOCATED,
        ReplicaState.RETURNED,
        actor,
        reason)) {
      replicas.awaitUnmask(transaction, held.replica(), held.initiator());
    } else {
      luns.free(transaction, held.server(), held.volume());
    }
    allocations.end(transaction, held.id());
    audit.record(
        transaction,
        actor,
        "release",
        held.server().value(),
        "replica " + held.replica() + " of tenant " + held.tenant());
  }

  /** Forgets the keys of requests that are older than they are kept. */
  public void forgetOldRequests() throws DomainException {
    if (catalog.read(requests::hasOld)) {
      int unused = catalog.change(requests::deleteOld);
    }
  }

  @Override
  public List<Allocation> page(Optional<ServerName> after, int limit) throws DomainException {
    return described(transaction -> allocations.heldAfter(transaction, after, limit));
  }

  @Override
  public List<Allocation> list() throws DomainException {
    return described(allocations::held);
  }

  private List<Allocation> described(Catalog.Work<List<HeldReplica>> which) throws DomainException {
    Map<AllocationId, List<HeldLun>> luns = new HashMap<>();
    List<HeldReplica> held =
        catalog.read(
            transaction -> {
              luns.clear();
              for (HeldLun lun : units.held(transaction)) {
                luns.computeIfAbsent(lun.allocation(), id -> new ArrayList<>()).add(lun);
              }
              return which.run(transaction);
            });
    Map<Object, LunMapping> mappings = mappings();
    return held.stream()
        .map(
            each -> {
              List<HeldLun> its = luns.computeIfAbsent(each.id(), id -> new ArrayList<>());
              its.add(each.unit());
              its.sort(Comparator.comparingInt(HeldLun::lun));
              return allocation(each, shown(its, mappings));
            })
        .toList();
  }

  @Override
  public Optional<Allocation> find(ServerName server) throws DomainException {
    Optional<HeldReplica> held =
        catalog.read(transaction -> allocations.heldBy(transaction, server));
    if (held.isEmpty()) {
      return Optional.empty();
    }
    List<HeldLun> its = catalog.read(transaction -> units.of(transaction, held.get()));
    return Optional.of(allocation(held.get(), shown(its, mappings())));
  }

  private static List<AllocatedLun> shown(List<HeldLun> luns, Map<Object, LunMapping> mappings) {
    return luns.stream()
        .map(
            lun -> {
              LunMapping wanted = lun.unmapped();
              return new AllocatedLun(lun.role(), mappings.getOrDefault(key(wanted), wanted));
            })
        .toList();
  }

  @Override
  public Map<TenantName, TenantUsage> usages() throws DomainException {
    return quotas.usages();
  }

  @Override
  public TenantUsage usage(TenantName tenant) throws DomainException {
    return quotas.usage(tenant);
  }

  @Override
  public List<MeteredUse> metered(TenantName tenant, Instant from, Instant until)
      throws DomainException {
    if (until.isBefore(from)) {
      throw new DomainException(
          DomainException.Kind.INVALID, "the end, " + until + ", is before the beginning, " + from);
    }
    return catalog.read(transaction -> allocations.metered(transaction, tenant, from, until));
  }

  private Map<Object, LunMapping> mappings() throws DomainException {
    try {
      Map<Object, LunMapping> all = new HashMap<>();
      masking.mappings().forEach(mapping -> all.put(key(mapping), mapping));
      return all;
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  private static Object key(LunMapping mapping) {
    return List.of(mapping.initiator(), mapping.volume());
  }

  private static Allocation allocation(HeldReplica held, List<AllocatedLun> luns) {
    LunMapping replica =
        luns.stream()
            .filter(lun -> lun.role() == LunRole.REPLICA)
            .map(AllocatedLun::mapping)
            .findFirst()
            .orElseThrow();
    return new Allocation(
        held.id(),
        held.node(),
        held.server(),
        held.tenant(),
        held.image(),
        held.imageVersion(),
        held.replica(),
        held.ended().isPresent() ? ReplicaState.RETURNED : ReplicaState.ALLOCATED,
        held.since(),
        replica,
        luns);
  }
}
