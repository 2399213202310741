/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.tenant;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import java.util.List;
import java.util.Optional;

/** The tenants in the catalog. */
public final class CatalogTenants implements Tenants {

  private final Catalog catalog;
  private final CatalogAuditTrail audit;

  public CatalogTenants(Catalog catalog, CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.audit = audit;
  }

  @Override
  public Tenant create(Actor actor, TenantName name, TenantKind kind) throws DomainException {
    return catalog.change(
        transaction -> {
          Optional<Tenant> there = find(transaction, name);
          if (there.isPresent() && there.get().kind() != kind) {
            throw new DomainException(
                DomainException.Kind.CONFLICT,
                "tenant '" + name + "' exists and is of kind " + there.get().kind());
          }
          return there.isPresent() ? there.get() : insert(transaction, actor, name, kind);
        });
  }

  /** Creates a CUSTOMER of that name if there is no tenant of that name. */
  public void ensure(Transaction transaction, Actor actor, TenantName name) throws DomainException {
    if (find(transaction, name).isEmpty()) {
      insert(transaction, actor, name, TenantKind.CUSTOMER);
    }
  }

  private Tenant insert(Transaction transaction, Actor actor, TenantName name, TenantKind kind)
      throws DomainException {
    transaction.update(
        "INSERT INTO tenant (name, kind, created) VALUES (?, ?, ?)",
        name.value(),
        kind,
        transaction.now());
    audit.record(transaction, actor, "tenant.create", name.value(), kind.name());
    return new Tenant(name, kind, transaction.now());
  }

  @Override
  public List<Tenant> list() throws DomainException {
    return catalog.read(
        transaction ->
            transaction.query("SELECT * FROM tenant ORDER BY name", CatalogTenants::tenant));
  }

  @Override
  public Optional<Tenant> find(TenantName name) throws DomainException {
    return catalog.read(transaction -> find(transaction, name));
  }

  private static Optional<Tenant> find(Transaction transaction, TenantName name)
      throws DomainException {
    return transaction.first(
        "SELECT * FROM tenant WHERE name = ?", CatalogTenants::tenant, name.value());
  }

  private static Tenant tenant(Row row) throws DomainException {
    return new Tenant(
        new TenantName(row.text("name")),
        row.constant("kind", TenantKind.class),
        row.instant("created"));
  }
}
