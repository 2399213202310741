/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageName;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerLuns;
import io.lunette.core.tenant.CatalogTenants;
import io.lunette.core.tenant.TenantName;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/** The transaction of an allocation: who gets what, or why not. Thread-safe. */
public final class Handover {

  /**
   * What the transaction came to.
   *
   * @param held what the server has now
   * @param repeated whether it had it before
   * @param refusal why it has not what was asked for; there if {@code held} is not
   */
  record Result(
      Optional<HeldReplica> held, boolean repeated, Optional<AllocationOutcome> refusal) {}

  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final AllocationLedger allocations;
  private final ServerLuns luns;
  private final CatalogTenants tenants;
  private final CatalogAuditTrail audit;

  public Handover(
      ImageLedger images,
      ReplicaLedger replicas,
      AllocationLedger allocations,
      ServerLuns luns,
      CatalogTenants tenants,
      CatalogAuditTrail audit) {
    this.images = images;
    this.replicas = replicas;
    this.allocations = allocations;
    this.luns = luns;
    this.tenants = tenants;
    this.audit = audit;
  }

  Result take(
      Transaction transaction, Actor actor, Server server, TenantName tenant, ImageName imageName)
      throws DomainException {
    Optional<HeldReplica> before = allocations.heldBy(transaction, server.name());
    if (before.isPresent()) {
      return again(before.get(), tenant, imageName);
    }
    Image image = images.getAvailable(transaction, imageName);
    if (image.tenant().isPresent() && !image.tenant().get().equals(tenant)) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "image '" + imageName + "' belongs to tenant '" + image.tenant().get() + "'");
    }
    tenants.ensure(transaction, actor, tenant);
    Optional<Replica> replica =
        replicas.takeReady(transaction, image.id(), tenant, server.name(), actor);
    return replica.isPresent()
        ? begin(transaction, actor, server, replica.get())
        : new Result(Optional.empty(), false, Optional.of(none(transaction, image)));
  }

  private static Result again(HeldReplica held, TenantName tenant, ImageName image) {
    boolean same = held.tenant().equals(tenant) && held.image().equals(image);
    return same
        ? new Result(Optional.of(held), true, Optional.empty())
        : new Result(
            Optional.empty(),
            false,
            Optional.of(
                new AllocationOutcome.ServerBusy(
                    held.server(), held.id(), held.tenant(), held.image(), held.replica())));
  }

  private Result begin(Transaction transaction, Actor actor, Server server, Replica replica)
      throws DomainException {
    AllocationId id = new AllocationId(UUID.randomUUID());
    int lun = luns.take(transaction, server.name(), replica.volume(), OptionalInt.empty());
    allocations.begin(transaction, id, replica, lun);
    audit.record(
        transaction,
        actor,
        "allocate",
        server.name().value(),
        "replica " + replica.name() + " for tenant " + replica.tenant().orElseThrow());
    return new Result(allocations.heldBy(transaction, server.name()), false, Optional.empty());
  }

  private AllocationOutcome none(Transaction transaction, Image image) throws DomainException {
    return new AllocationOutcome.NoReplicaReady(
        image.name(),
        replicas.count(transaction, image.id(), ReplicaState.BUILDING),
        replicas.count(transaction, image.id(), ReplicaState.RETURNED)
            + replicas.count(transaction, image.id(), ReplicaState.SCRUBBING));
  }
}
