/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.certificate.CertificateChain;
import io.lunette.core.certificate.SignedDocument;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageRef;
import io.lunette.core.pool.PoolLedger;
import io.lunette.core.pool.PoolTermsLedger;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaHistory;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the end of a scrub does to the catalog; each end is one transaction. Thread-safe. */
final class ScrubBooks {

  private final Catalog catalog;
  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final PoolLedger pools;
  private final PoolTermsLedger terms;
  private final ScrubLedger records;
  private final ReplicaHistory history = new ReplicaHistory();
  private final CertificateChain certificates;
  private final ScrubClaims claims;
  private final int attemptsMax;

  ScrubBooks(
      Catalog catalog,
      ImageLedger images,
      ReplicaLedger replicas,
      PoolLedger pools,
      PoolTermsLedger terms,
      ScrubLedger records,
      CertificateChain certificates,
      ScrubClaims claims,
      int attemptsMax) {
    this.catalog = catalog;
    this.images = images;
    this.replicas = replicas;
    this.pools = pools;
    this.terms = terms;
    this.records = records;
    this.certificates = certificates;
    this.claims = claims;
    this.attemptsMax = attemptsMax;
  }

  /** Replicas whose scrub was begun, those that were begun first before the others. */
  List<Replica> begun(int limit) throws DomainException {
    return catalog.read(
        transaction -> replicas.inState(transaction, ReplicaState.SCRUBBING, limit));
  }

  /** How its pool wants a replica erased; empty if it is not SCRUBBING any more. */
  Optional<EraseRequest> request(Replica replica) throws DomainException {
    return catalog.read(
        transaction ->
            replicas
                    .find(transaction, replica.name())
                    .filter(now -> now.state() == ReplicaState.SCRUBBING)
                    .isPresent()
                ? Optional.of(
                    pools
                        .policy(transaction, images.get(transaction, replica.image()).series())
                        .scrub())
                : Optional.empty());
  }

  /**
   * Everything was erased and verified: READY again, BUILDING where its volume is laid anew first,
   * or retired with its version of the image. The certificate is in the same transaction, so no
   * replica is READY without one (DESIGN I2b).
   */
  void verified(Replica replica, EraseReport report) throws DomainException {
    catalog.change(
        transaction -> {
          Image image = images.get(transaction, replica.image());
          boolean needed = image.current();
          boolean reformat = terms.get(transaction, image.series()).reformat();
          boolean anew = needed && (reformat || replica.kind() == CloneKind.INDEPENDENT);
          ReplicaState next =
              anew ? ReplicaState.BUILDING : needed ? ReplicaState.READY : ReplicaState.RETIRED;
          if (leave(transaction, replica, next, "scrubbed and verified")) {
            EraseReport own = own(transaction, replica, report);
            ScrubRecord scrub =
                record(transaction, replica, ScrubOutcome.VERIFIED, Optional.of(own), "");
            SignedDocument unused =
                certificates.add(
                    transaction,
                    replica.name(),
                    claims.of(
                        scrub,
                        own,
                        Custody.of(transaction, history, replica),
                        next,
                        reformat && anew));
            replicas.clearHolder(transaction, replica.name());
            if (anew) {
              replicas.layAnew(transaction, replica.name());
            }
          }
          return null;
        });
  }

  /**
   * What of an erase is to be said of this scrub. A driver may report the last erase of a volume
   * that nobody has opened since: where that was certified, it was of what another tenant wrote.
   */
  private EraseReport own(Transaction transaction, Replica replica, EraseReport report)
      throws DomainException {
    return records.isCertified(transaction, replica.name(), report) ? report.ofNothing() : report;
  }

  /** An attempt failed: to be tried again, or given up. Whether it was given up. */
  boolean failed(Replica replica, Optional<EraseReport> report, String why) throws DomainException {
    return catalog.change(
        transaction -> {
          boolean givenUp =
              replicas.scrubFailed(transaction, replica)
                  && replica.attempts() + 1 >= attemptsMax
                  && leave(transaction, replica, ReplicaState.QUARANTINED, why);
          if (givenUp) {
            ScrubRecord unused =
                record(transaction, replica, ScrubOutcome.QUARANTINED, report, why);
          }
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

  private ScrubRecord record(
      Transaction transaction,
      Replica replica,
      ScrubOutcome outcome,
      Optional<EraseReport> report,
      String message)
      throws DomainException {
    ScrubRecord scrub =
        new ScrubRecord(
            UUID.randomUUID(),
            replica.name(),
            ImageRef.of(replica.imageName(), replica.imageVersion()),
            replica.tenant(),
            replica.server(),
            outcome,
            replica.attempts() + 1,
            transaction.now(),
            report,
            message);
    records.insert(transaction, scrub);
    if (report.flatMap(EraseReport::volumeId).isPresent()) {
      replicas.erased(
          transaction, replica.name(), report.get().volumeId().get(), report.get().ended());
    }
    return scrub;
  }
}
