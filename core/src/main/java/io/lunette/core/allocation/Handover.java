/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationOutcome.Kind;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.pool.DemandLedger;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerLuns;
import io.lunette.core.tenant.CatalogTenants;
import io.lunette.core.tenant.Tenant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/** The transaction of an allocation: who gets what, or why not. Thread-safe. */
public final class Handover {

  /**
   * What the transaction came to.
   *
   * @param held what the server has now
   * @param path how it came by it
   * @param refusal why it has not what was asked for; there if {@code held} is not
   */
  record Result(
      Optional<HeldReplica> held, AllocationPath path, Optional<AllocationOutcome> refusal) {

    static Result given(HeldReplica held, AllocationPath path) {
      return new Result(Optional.of(held), path, Optional.empty());
    }

    static Result refused(AllocationOutcome refusal) {
      return new Result(Optional.empty(), AllocationPath.HIT, Optional.of(refusal));
    }

    /** The same, of a replica that was made for the request. */
    Result made() {
      return path == AllocationPath.HIT ? new Result(held, AllocationPath.MADE, refusal) : this;
    }

    /** Whether a replica that is made would change it. */
    boolean isForWantOfAReplica() {
      return refusal.filter(each -> each.kind() == Kind.NO_REPLICA_READY).isPresent();
    }
  }

  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final AllocationLedger allocations;
  private final ServerLuns luns;
  private final AllocationUnits units;
  private final CatalogTenants tenants;
  private final TenantQuotas quotas;
  private final DemandLedger demand;
  private final ServerHolds holds;
  private final CatalogAuditTrail audit;
  private final RequestLedger requests = new RequestLedger();

  public Handover(
      ImageLedger images,
      ReplicaLedger replicas,
      AllocationLedger allocations,
      ServerLuns luns,
      AllocationUnits units,
      CatalogTenants tenants,
      TenantQuotas quotas,
      DemandLedger demand,
      ServerHolds holds,
      CatalogAuditTrail audit) {
    this.images = images;
    this.replicas = replicas;
    this.allocations = allocations;
    this.luns = luns;
    this.units = units;
    this.tenants = tenants;
    this.quotas = quotas;
    this.demand = demand;
    this.holds = holds;
    this.audit = audit;
  }

  /**
   * Gives a server what it asks for, if that is ready.
   *
   * @param space what {@link TenantQuotas#boundedSpace} said of the tenant
   */
  Result take(
      Transaction transaction,
      Actor actor,
      Server server,
      AllocationRequest request,
      OptionalLong space)
      throws DomainException {
    Optional<RequestLedger.Done> done =
        requests.find(transaction, request.key(), request.summary());
    if (done.isPresent()) {
      HeldReplica held = allocations.get(transaction, done.get().allocation().orElseThrow());
      if (held.ended().isEmpty()) {
        held.requireHere(transaction);
      }
      return Result.given(held, AllocationPath.HELD);
    }
    Result result = takeNow(transaction, actor, server, request, space);
    if (result.held().isPresent()) {
      requests.record(
          transaction, request.key(), request.summary(), result.held().map(HeldReplica::id));
    }
    return result;
  }

  private Result takeNow(
      Transaction transaction,
      Actor actor,
      Server server,
      AllocationRequest request,
      OptionalLong space)
      throws DomainException {
    holds.requireFree(transaction, server.name(), request.move());
    Optional<HeldReplica> before = allocations.heldBy(transaction, server.name());
    if (before.isPresent()) {
      before.get().requireHere(transaction);
      return again(before.get(), request);
    }
    Image image = images.getAvailable(transaction, request.image());
    image.requireFor(request.tenant());
    Tenant tenant = tenants.ensure(transaction, actor, request.tenant());
    Optional<AllocationOutcome> refusal = quotas.refusal(transaction, tenant, space);
    if (refusal.isPresent()) {
      return Result.refused(refusal.get());
    }
    Optional<Replica> replica =
        replicas.takeReady(transaction, image.id(), tenant.name(), server.name(), actor);
    demand.asked(transaction, image.name(), server.name(), replica.isEmpty());
    return replica.isPresent()
        ? begin(transaction, actor, server, image, replica.get())
        : Result.refused(none(transaction, image));
  }

  private static Result again(HeldReplica held, AllocationRequest request) {
    boolean same = held.tenant().equals(request.tenant()) && held.image().equals(request.image());
    return same
        ? Result.given(held, AllocationPath.HELD)
        : Result.refused(
            new AllocationOutcome.ServerBusy(
                held.server(), held.id(), held.tenant(), held.image(), held.replica()));
  }

  private Result begin(
      Transaction transaction, Actor actor, Server server, Image image, Replica replica)
      throws DomainException {
    AllocationId id = new AllocationId(UUID.randomUUID());
    OptionalInt shared = units.takeShared(transaction, server, image);
    int lun = luns.take(transaction, server.name(), replica.volume(), OptionalInt.empty());
    allocations.begin(transaction, id, replica, lun);
    units.begin(transaction, id, server, image, replica, shared);
    audit.record(
        transaction,
        actor,
        "allocate",
        server.name().value(),
        "replica " + replica.name() + " for tenant " + replica.tenant().orElseThrow());
    return Result.given(
        allocations.heldBy(transaction, server.name()).orElseThrow(), AllocationPath.HIT);
  }

  private AllocationOutcome none(Transaction transaction, Image image) throws DomainException {
    return new AllocationOutcome.NoReplicaReady(
        image.name(),
        replicas.count(transaction, image.id(), ReplicaState.BUILDING),
        replicas.count(transaction, image.id(), ReplicaState.RETURNED)
            + replicas.count(transaction, image.id(), ReplicaState.SCRUBBING));
  }
}
