/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageState;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.EraseReport;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the end of a scrub does to the catalog; each end is one transaction. Thread-safe. */
final class ScrubBooks {

  private final Catalog catalog;
  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final ScrubLedger records;
  private final int attemptsMax;

  ScrubBooks(
      Catalog catalog,
      ImageLedger images,
      ReplicaLedger replicas,
      ScrubLedger records,
      int attemptsMax) {
    this.catalog = catalog;
    this.images = images;
    this.replicas = replicas;
    this.records = records;
    this.attemptsMax = attemptsMax;
  }

  /** Replicas whose scrub was begun, those that were begun first before the others. */
  List<Replica> begun(int limit) throws DomainException {
    return catalog.read(
        transaction -> replicas.inState(transaction, ReplicaState.SCRUBBING, limit));
  }

  /** Everything was erased and verified: READY again, or retired with its image. */
  void verified(Replica replica, EraseReport report) throws DomainException {
    catalog.change(
        transaction -> {
          boolean needed = images.get(transaction, replica.image()).state() == ImageState.AVAILABLE;
          ReplicaState next = needed ? ReplicaState.READY : ReplicaState.RETIRED;
          if (leave(transaction, replica, next, "scrubbed and verified")) {
            record(transaction, replica, ScrubOutcome.VERIFIED, Optional.of(report), "");
            replicas.clearHolder(transaction, replica.name());
          }
          return null;
        });
  }

  /** An attempt failed: to be tried again, or given up. Whether it was given up. */
  boolean failed(Replica replica, Optional<EraseReport> report, String why) throws DomainException {
    return catalog.change(
        transaction -> {
          boolean givenUp = replica.attempts() + 1 >= attemptsMax;
          if (givenUp && leave(transaction, replica, ReplicaState.QUARANTINED, why)) {
            record(transaction, replica, ScrubOutcome.QUARANTINED, report, why);
          }
          replicas.setAttempts(transaction, replica.name(), replica.attempts() + 1);
          return givenUp;
        });
  }

  /** Its volume is gone: there is nothing to erase, and nothing to certify. */
  void lost(Replica replica, String why) throws DomainException {
    catalog.change(transaction -> leave(transaction, replica, ReplicaState.FAILED, why));
  }

  private boolean leave(Transaction transaction, Replica replica, ReplicaState next, String reason)
      throws DomainException {
    return replicas.move(
        transaction, replica.name(), ReplicaState.SCRUBBING, next, Actor.LUNETTE, reason);
  }

  private void record(
      Transaction transaction,
      Replica replica,
      ScrubOutcome outcome,
      Optional<EraseReport> report,
      String message)
      throws DomainException {
    records.insert(
        transaction,
        new ScrubRecord(
            UUID.randomUUID(),
            replica.name(),
            replica.imageName(),
            replica.tenant().orElseThrow(),
            replica.server().orElseThrow(),
            outcome,
            replica.attempts() + 1,
            transaction.now(),
            report,
            message));
  }
}
