/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.certificate.CertificateChain;
import io.lunette.core.certificate.SignedDocument;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;

/**
 * What the beginning and the end of an erase by hand do to the catalog; each is one transaction.
 * Thread-safe.
 */
final class ErasureBooks {

  private final Catalog catalog;
  private final CertificateChain certificates;
  private final EraseClaims claims;
  private final CatalogAuditTrail audit;
  private final ErasureLedger ledger = new ErasureLedger();

  ErasureBooks(
      Catalog catalog, CertificateChain certificates, EraseClaims claims, CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.certificates = certificates;
    this.claims = claims;
    this.audit = audit;
  }

  /** The volumes whose erases are yet to be certified. */
  List<VolumeName> pending() throws DomainException {
    return catalog.read(transaction -> ledger.all(transaction)).stream()
        .map(AskedErase::volume)
        .toList();
  }

  Optional<AskedErase> find(VolumeName volume) throws DomainException {
    return catalog.read(transaction -> ledger.find(transaction, volume));
  }

  /** An erase is about to be begun, and to be certified from now on, whatever crashes. */
  AskedErase asked(Actor actor, VolumeName volume, EraseRequest request) throws DomainException {
    return catalog.change(
        transaction -> {
          AskedErase asked = new AskedErase(volume, actor, transaction.now(), request);
          ledger.put(transaction, asked);
          return asked;
        });
  }

  /** The driver refused to begin it. */
  void refused(AskedErase asked) throws DomainException {
    catalog.change(
        transaction -> {
          ledger.remove(transaction, asked.volume());
          return null;
        });
  }

  /** It will not be certified. */
  void failed(AskedErase asked, String why) throws DomainException {
    catalog.change(
        transaction -> {
          ledger.remove(transaction, asked.volume());
          audit.record(
              transaction,
              Actor.LUNETTE,
              "volume.erase",
              asked.volume().value(),
              "not certified: " + why);
          return null;
        });
  }

  /**
   * It has ended; the number of its certificate, which is there already if it was reported before.
   */
  CertifiedErase ended(AskedErase asked, EraseReport report) throws DomainException {
    return catalog.change(
        transaction -> {
          Optional<SignedDocument> there = certificate(transaction, report);
          SignedDocument certificate =
              there.isPresent()
                  ? there.get()
                  : certificates.add(
                      transaction, asked.volume(), claims(asked, report, transaction));
          ledger.remove(transaction, asked.volume());
          return new CertifiedErase(report, certificate.sequence());
        });
  }

  private ObjectNode claims(AskedErase asked, EraseReport report, Transaction transaction) {
    ObjectNode all = claims.of(report, transaction.now());
    all.set("requested", EraseClaims.requested(asked.actor(), asked.at(), "asked for"));
    return all;
  }

  /** Whether what an erase did has its certificate. */
  boolean isCertified(EraseReport report) throws DomainException {
    return catalog.read(transaction -> certificate(transaction, report)).isPresent();
  }

  /** A driver reports none but the last erase of a volume again. */
  private Optional<SignedDocument> certificate(Transaction transaction, EraseReport report)
      throws DomainException {
    return certificates.of(transaction, report.volume()).stream()
        .findFirst()
        .filter(document -> isOf(document.payload(), report));
  }

  private static boolean isOf(JsonNode certified, EraseReport report) {
    return certified
            .path("volumeUuid")
            .asText()
            .equals(report.volumeId().map(Object::toString).orElse(""))
        && certified.path("started").asText().equals(report.started().toString())
        && certified.path("ended").asText().equals(report.ended().toString());
  }
}
