/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.audit;

import io.lunette.core.DomainException;
import java.util.List;
import java.util.OptionalLong;

/**
 * Who did what to which, append-only: an entry is committed with the change that it tells of, or
 * before that where the change is not the catalog's; and the database refuses to change or delete
 * one.
 */
public interface AuditTrail {

  /**
   * Adds an entry of what is about to be done outside the catalog, durably: nothing of the kind is
   * done without one.
   */
  void add(Actor actor, String action, String subject, String detail) throws DomainException;

  /** The entries that a query is for, newest first. */
  List<AuditEntry> list(AuditQuery query) throws DomainException;

  /** All entries behind a page, newest first. */
  default List<AuditEntry> list(OptionalLong before, int limit) throws DomainException {
    return list(AuditQuery.all(before, limit));
  }
}
