/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.tenant.TenantDependents;
import io.lunette.core.tenant.TenantName;
import java.util.Optional;

/** The images that belong to tenants, as far as these are concerned. Stateless, so thread-safe. */
public final class TenantImages implements TenantDependents {

  @Override
  public void requireNone(Transaction transaction, TenantName tenant) throws DomainException {
    Optional<String> image =
        transaction.first(
            "SELECT name FROM image WHERE tenant = ? AND state NOT IN ('DELETED', 'FAILED')"
                + " ORDER BY name LIMIT 1",
            row -> row.text("name"),
            tenant.value());
    if (image.isPresent()) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "image '" + image.get() + "' belongs to tenant '" + tenant + "'; delete it first");
    }
  }
}
