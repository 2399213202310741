/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.audit;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import java.util.List;
import java.util.OptionalLong;

/** The audit trail in the catalog. */
public final class CatalogAuditTrail implements AuditTrail {

  private static final int LIMIT_MAX = 1000;

  private final Catalog catalog;

  public CatalogAuditTrail(Catalog catalog) {
    this.catalog = catalog;
  }

  /** Adds an entry, to be committed with the change that it tells of. */
  public void record(
      Transaction transaction, Actor actor, String action, String subject, String detail)
      throws DomainException {
    transaction.update(
        "INSERT INTO audit (at_time, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
        transaction.now(),
        actor.value(),
        action,
        subject,
        detail);
  }

  @Override
  public List<AuditEntry> list(OptionalLong before, int limit) throws DomainException {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new DomainException(
          DomainException.Kind.INVALID, "a page of the audit trail holds 1 to 1000 entries");
    }
    return catalog.read(
        transaction ->
            transaction.query(
                "SELECT * FROM audit WHERE sequence < ? ORDER BY sequence DESC LIMIT ?",
                row ->
                    new AuditEntry(
                        row.number("sequence"),
                        row.instant("at_time"),
                        new Actor(row.text("actor")),
                        row.text("action"),
                        row.text("subject"),
                        row.text("detail")),
                before.orElse(Long.MAX_VALUE),
                limit));
  }
}
