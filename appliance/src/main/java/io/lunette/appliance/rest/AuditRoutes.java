/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.audit.AuditEntry;
import io.lunette.core.audit.AuditQuery;
import io.lunette.core.audit.AuditTrail;
import java.util.List;
import java.util.OptionalLong;

/** Who did what. */
final class AuditRoutes implements RouteSet {

  private final AuditTrail audit;

  AuditRoutes(AuditTrail audit) {
    this.audit = audit;
  }

  /** An entry as callers see it. */
  record View(
      long sequence, String at, String actor, String action, String subject, String detail) {

    static View of(AuditEntry entry) {
      return new View(
          entry.sequence(),
          entry.at().toString(),
          entry.actor().value(),
          entry.action(),
          entry.subject(),
          entry.detail());
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/audit", this::list);
  }

  private Reply list(Call call) throws DomainException {
    AuditQuery query =
        new AuditQuery(
            call.query("actor"),
            call.query("action"),
            call.query("subject"),
            call.query("since").map(Timestamp::parse),
            call.query("until").map(Timestamp::parse),
            call.query("before").map(AuditRoutes::sequence).orElse(OptionalLong.empty()),
            call.limit(AuditQuery.LIMIT_MAX));
    List<AuditEntry> entries = audit.list(query);
    Reply page = Reply.ok(entries.stream().map(View::of).toList());
    return entries.size() < query.limit()
        ? page
        : page.withNext(
            call.uriWith("before", Long.toString(entries.get(entries.size() - 1).sequence())));
  }

  private static OptionalLong sequence(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a sequence number", e);
    }
  }
}
