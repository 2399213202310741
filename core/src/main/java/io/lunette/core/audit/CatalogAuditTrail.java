/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.audit;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Conditions;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import java.util.List;

/** The audit trail in the catalog. */
public final class CatalogAuditTrail implements AuditTrail {

  /** What stands between the things and what is done to them, and the character behind that. */
  private static final char GROUP = '.';

  private static final char AFTER_GROUP = GROUP + 1;

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
  public void add(Actor actor, String action, String subject, String detail)
      throws DomainException {
    catalog.change(
        transaction -> {
          record(transaction, actor, action, subject, detail);
          return null;
        });
  }

  @Override
  public List<AuditEntry> list(AuditQuery query) throws DomainException {
    Conditions conditions =
        new Conditions().and("sequence < ?", query.before().orElse(Long.MAX_VALUE));
    query.actor().ifPresent(actor -> conditions.and("actor = ?", actor));
    query.subject().ifPresent(subject -> conditions.and("subject = ?", subject));
    query.since().ifPresent(since -> conditions.and("at_time >= ?", since));
    query.until().ifPresent(until -> conditions.and("at_time < ?", until));
    query
        .action()
        .ifPresent(
            action ->
                conditions.and(
                    "(action = ? OR (action > ? AND action < ?))",
                    action,
                    action + GROUP,
                    action + AFTER_GROUP));
    return catalog.read(
        transaction ->
            transaction.query(
                "SELECT * FROM audit WHERE " + conditions.sql() + " ORDER BY sequence DESC LIMIT ?",
                CatalogAuditTrail::entry,
                conditions.argumentsAnd(query.limit())));
  }

  private static AuditEntry entry(Row row) throws DomainException {
    return new AuditEntry(
        row.number("sequence"),
        row.instant("at_time"),
        new Actor(row.text("actor")),
        row.text("action"),
        row.text("subject"),
        row.text("detail"));
  }
}
