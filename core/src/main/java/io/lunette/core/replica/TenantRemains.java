/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.tenant.TenantDependents;
import io.lunette.core.tenant.TenantName;
import java.util.Optional;

/** What tenants wrote and is not erased yet. Stateless, so thread-safe. */
public final class TenantRemains implements TenantDependents {

  @Override
  public void requireNone(Transaction transaction, TenantName tenant) throws DomainException {
    Optional<String> replica =
        transaction.first(
            "SELECT name FROM replica WHERE tenant = ?"
                + " AND state IN ('ALLOCATED', 'RETURNED', 'SCRUBBING', 'QUARANTINED')"
                + " ORDER BY name LIMIT 1",
            row -> row.text("name"),
            tenant.value());
    if (replica.isPresent()) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "replica '"
              + replica.get()
              + "' still holds what tenant '"
              + tenant
              + "' wrote; wait for its scrub");
    }
  }
}
