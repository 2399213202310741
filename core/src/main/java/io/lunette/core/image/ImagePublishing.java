/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Transaction;
import java.util.List;

/** Which version of a name is current, and what ceases to be. Stateless, so thread-safe. */
final class ImagePublishing {

  private final ImageLedger ledger;
  private final CatalogAuditTrail audit;
  private final List<ImageDependents> dependents;

  ImagePublishing(
      ImageLedger ledger, CatalogAuditTrail audit, List<? extends ImageDependents> dependents) {
    this.ledger = ledger;
    this.audit = audit;
    this.dependents = List.copyOf(dependents);
  }

  /**
   * Makes an image the current version of its name.
   *
   * @throws DomainException BUSY while it is imported; CONFLICT if it is retired
   */
  void publish(Transaction transaction, Actor actor, Image image) throws DomainException {
    if (image.current()) {
      return;
    }
    requireImported(image);
    if (image.state() != ImageState.AVAILABLE) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "image '" + image.ref() + "' is retired; import it again as a new version");
    }
    String former =
        ledger
            .current(transaction, image.name())
            .map(current -> "instead of version " + current.version())
            .orElse("");
    ledger.makeCurrent(transaction, image);
    Image current = ledger.get(transaction, image.id());
    for (ImageDependents each : dependents) {
      each.published(transaction, actor, current);
    }
    audit.record(transaction, actor, "image.publish", image.ref().toString(), former);
  }

  /**
   * Has no more replicas made of an image; a second time it does nothing.
   *
   * @throws DomainException BUSY while it is imported; CONFLICT if it is current and others are not
   */
  void retire(Transaction transaction, Actor actor, Image image) throws DomainException {
    requireImported(image);
    requireReplaceable(transaction, image);
    if (ledger.move(transaction, image.id(), ImageState.AVAILABLE, ImageState.RETIRED)) {
      audit.record(transaction, actor, "image.retire", image.ref().toString(), "");
    }
  }

  /**
   * Deletes an image; its volume is the caller's to delete.
   *
   * @throws DomainException BUSY while it is imported or somebody needs it
   */
  void delete(Transaction transaction, Actor actor, Image image) throws DomainException {
    requireImported(image);
    for (ImageDependents each : dependents) {
      each.letGo(transaction, actor, image);
    }
    ledger.move(transaction, image.id(), image.state(), ImageState.DELETED);
    audit.record(transaction, actor, "image.delete", image.ref().toString(), "");
  }

  /** The current version goes last. */
  void requireReplaceable(Transaction transaction, Image image) throws DomainException {
    boolean others =
        ledger.versions(transaction, image.name()).stream()
            .anyMatch(
                each -> each.state() == ImageState.AVAILABLE && !each.id().equals(image.id()));
    if (image.current() && others) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "image '" + image.ref() + "' is the current version; publish another one first");
    }
  }

  private static void requireImported(Image image) throws DomainException {
    if (image.state() == ImageState.IMPORTING) {
      throw new DomainException(
          DomainException.Kind.BUSY, "image '" + image.ref() + "' is still being imported");
    }
  }
}
