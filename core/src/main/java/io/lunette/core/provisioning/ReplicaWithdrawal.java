/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationLedger;
import io.lunette.core.allocation.HeldReplica;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.replica.PendingUnmask;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerLuns;
import io.lunette.core.volume.VolumeInfo;

/**
 * Takes replicas out of use whose volumes are not what the catalog says. Of whoever holds one the
 * allocation ends with that; the masking is made what the catalog says afterwards. Used by one
 * thread.
 */
final class ReplicaWithdrawal {

  private final Catalog catalog;
  private final ReplicaLedger replicas;
  private final AllocationLedger allocations;
  private final ServerLuns luns;
  private final CatalogAuditTrail audit;

  ReplicaWithdrawal(
      Catalog catalog,
      ReplicaLedger replicas,
      AllocationLedger allocations,
      ServerLuns luns,
      CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.replicas = replicas;
    this.allocations = allocations;
    this.luns = luns;
    this.audit = audit;
  }

  /** It may hold what this catalog knows nothing of; whose that is nobody knows. */
  void quarantine(Replica replica, VolumeInfo volume, String reason) throws DomainException {
    catalog.change(
        transaction -> {
          audit.record(
              transaction, Actor.LUNETTE, "replica.quarantine", replica.name().value(), reason);
          endAllocation(transaction, replica);
          endUnmask(transaction, replica);
          boolean kept =
              replica.state() == ReplicaState.QUARANTINED
                  || move(transaction, replica, ReplicaState.QUARANTINED, reason);
          replicas.clearHolder(transaction, replica.name());
          replicas.standFor(transaction, replica.name(), volume);
          return kept;
        });
  }

  void fail(Replica replica, String reason) throws DomainException {
    catalog.change(
        transaction -> {
          endAllocation(transaction, replica);
          return move(transaction, replica, ReplicaState.FAILED, reason);
        });
  }

  private boolean move(Transaction transaction, Replica replica, ReplicaState to, String reason)
      throws DomainException {
    return replicas.move(transaction, replica.name(), replica.state(), to, Actor.LUNETTE, reason);
  }

  /** Of one that was still to be taken from a server: the masking shows to none what none holds. */
  private void endUnmask(Transaction transaction, Replica replica) throws DomainException {
    for (PendingUnmask pending : replicas.pendingUnmasks(transaction)) {
      if (pending.replica().name().equals(replica.name())) {
        replicas.unmasked(transaction, pending);
        luns.free(transaction, pending.replica().server().orElseThrow(), replica.volume());
      }
    }
  }

  private void endAllocation(Transaction transaction, Replica replica) throws DomainException {
    for (HeldReplica held : allocations.heldHere(transaction)) {
      if (held.replica().equals(replica.name())) {
        allocations.end(transaction, held.id());
        luns.free(transaction, held.server(), held.volume());
      }
    }
  }
}
