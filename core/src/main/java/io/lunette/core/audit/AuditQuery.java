/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.audit;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which entries of the audit trail; what is empty does not matter.
 *
 * @param actor who
 * @param action what: {@code server.add}, or {@code server} for every action on servers
 * @param subject to which thing
 * @param since not before that time
 * @param until before that time
 * @param before only entries with a smaller sequence: the last one of the page before
 * @param limit at most so many, 1 to 1000
 */
public record AuditQuery(
    Optional<String> actor,
    Optional<String> action,
    Optional<String> subject,
    Optional<Instant> since,
    Optional<Instant> until,
    OptionalLong before,
    int limit) {

  /** Most entries of a page. */
  public static final int LIMIT_MAX = 1000;

  public AuditQuery {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new IllegalArgumentException(
          "a page of the audit trail holds 1 to " + LIMIT_MAX + " entries, not " + limit);
    }
  }

  /** The newest entries behind a page, whoever did what. */
  public static AuditQuery all(OptionalLong before, int limit) {
    return new AuditQuery(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        before,
        limit);
  }
}
