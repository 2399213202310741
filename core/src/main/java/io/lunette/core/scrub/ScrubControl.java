/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import java.util.Optional;
import java.util.OptionalLong;

/** What operators set of scrubbing as a whole while it runs; it outlives a restart. Thread-safe. */
final class ScrubControl {

  private static final String PAUSED = "scrub.paused";
  private static final String LIMIT = "scrub.limit";

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final CatalogAuditTrail audit;

  ScrubControl(Catalog catalog, VolumeDriver driver, CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.driver = driver;
    this.audit = audit;
  }

  /** Applies the limit that was set before a restart, if one was. */
  void start() throws DomainException {
    OptionalLong limit = limit();
    if (limit.isPresent()) {
      apply(limit.getAsLong());
    }
  }

  boolean isPaused() throws DomainException {
    return catalog.read(transaction -> find(transaction, PAUSED)).isPresent();
  }

  /** Whether it was changed. */
  boolean setPaused(Actor actor, boolean paused) throws DomainException {
    return catalog.change(
        transaction -> {
          boolean was = find(transaction, PAUSED).isPresent();
          if (was != paused) {
            save(transaction, PAUSED, paused ? Optional.of("yes") : Optional.empty());
            audit.record(transaction, actor, paused ? "scrub.pause" : "scrub.resume", "all", "");
          }
          return was != paused;
        });
  }

  /** Bytes a second as an operator set them, 0 for no bound; empty if none ever did. */
  OptionalLong limit() throws DomainException {
    return limit(catalog);
  }

  static OptionalLong limit(Catalog catalog) throws DomainException {
    Optional<String> text = catalog.read(transaction -> find(transaction, LIMIT));
    return text.isPresent() ? OptionalLong.of(Long.parseLong(text.get())) : OptionalLong.empty();
  }

  void setLimit(Actor actor, long bytesPerSecond) throws DomainException {
    if (bytesPerSecond < 0) {
      throw new DomainException(
          DomainException.Kind.INVALID, "a limit of scrubbing is 0 or more bytes a second");
    }
    apply(bytesPerSecond);
    catalog.change(
        transaction -> {
          save(transaction, LIMIT, Optional.of(Long.toString(bytesPerSecond)));
          audit.record(
              transaction, actor, "scrub.limit", "all", bytesPerSecond + " bytes a second");
          return null;
        });
  }

  private void apply(long bytesPerSecond) throws DomainException {
    try {
      driver.limitScrub(bytesPerSecond);
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  private static Optional<String> find(Transaction transaction, String name)
      throws DomainException {
    return transaction.first(
        "SELECT value FROM setting WHERE name = ?", row -> row.text("value"), name);
  }

  private static void save(Transaction transaction, String name, Optional<String> value)
      throws DomainException {
    transaction.update("DELETE FROM setting WHERE name = ?", name);
    if (value.isPresent()) {
      transaction.update("INSERT INTO setting (name, value) VALUES (?, ?)", name, value.get());
    }
  }
}
