/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.audit;

import io.lunette.core.DomainException;
import java.util.List;
import java.util.OptionalLong;

/** Who did what to which, append-only: an entry is committed with the change that it tells of. */
public interface AuditTrail {

  /**
   * Entries, newest first.
   *
   * @param before only entries with a smaller sequence: the last one of the page before
   * @param limit at most so many, 1 to 1000
   */
  List<AuditEntry> list(OptionalLong before, int limit) throws DomainException;
}
