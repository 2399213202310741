/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.volume.VolumeName;
import java.util.List;

/** The certificates in the catalog. Thread-safe. */
public final class CatalogCertificates implements Certificates {

  private static final int LIMIT_MAX = 1000;

  private final Catalog catalog;
  private final CertificateChain chain;
  private final SigningKeys keys;
  private final CatalogAuditTrail audit;

  public CatalogCertificates(
      Catalog catalog, CertificateChain chain, SigningKeys keys, CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.chain = chain;
    this.keys = keys;
    this.audit = audit;
  }

  /** Begins the chain if there is none, and ends a change of keys that was cut off. */
  public synchronized void start() throws DomainException {
    keys.settle(catalog.change(chain::signer));
  }

  @Override
  public List<SignedDocument> of(ReplicaName replica) throws DomainException {
    return catalog.read(transaction -> chain.of(transaction, replica));
  }

  @Override
  public List<SignedDocument> of(VolumeName volume) throws DomainException {
    return catalog.read(transaction -> chain.of(transaction, volume));
  }

  @Override
  public Page chain(long after, int limit) throws DomainException {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new DomainException(
          DomainException.Kind.INVALID, "a page of certificates holds 1 to 1000");
    }
    return catalog.read(
        transaction ->
            new Page(
                chain.after(transaction, after, limit),
                CertificateChain.head(transaction)
                    .orElseThrow(
                        () ->
                            new DomainException(
                                DomainException.Kind.NOT_FOUND,
                                "the catalog has lost the head of its certificates"))));
  }

  /** A change before this one may have failed at its end: its key signs, and is kept first. */
  @Override
  public synchronized SignedDocument rotateKey(Actor actor) throws DomainException {
    start();
    SigningKey next = keys.prepare();
    SignedDocument introduction =
        catalog.change(
            transaction -> {
              SignedDocument document = chain.introduce(transaction, next);
              audit.record(transaction, actor, "certificate.key", next.publicKey().id(), "new key");
              return document;
            });
    keys.settle(next);
    return introduction;
  }
}
