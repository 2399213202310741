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
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The tenants in the catalog. Thread-safe. */
public final class CatalogTenants implements Tenants {

  private static final int UNBOUNDED = -1;

  private final Catalog catalog;
  private final CatalogAuditTrail audit;
  private final List<TenantDependents> dependents;

  /**
   * Wires the service.
   *
   * @param dependents what keeps a tenant from being removed
   */
  public CatalogTenants(
      Catalog catalog, CatalogAuditTrail audit, List<TenantDependents> dependents) {
    this.catalog = catalog;
    this.audit = audit;
    this.dependents = List.copyOf(dependents);
  }

  @Override
  public Tenant create(Actor actor, TenantName name, TenantKind kind, TenantQuota quota)
      throws DomainException {
    return catalog.change(
        transaction -> {
          Optional<Tenant> there = find(transaction, name);
          if (there.isEmpty()) {
            return insert(transaction, actor, name, kind, quota);
          }
          Tenant tenant = there.get();
          if (tenant.kind() != kind || !tenant.quota().equals(quota)) {
            throw new DomainException(
                DomainException.Kind.CONFLICT,
                "tenant '"
                    + name
                    + "' exists: "
                    + tenant.kind()
                    + ", "
                    + tenant.quota().describe()
                    + "; 'tenant set' changes it");
          }
          return tenant;
        });
  }

  /** The tenant of that name; a CUSTOMER is created if there is none. */
  public Tenant ensure(Transaction transaction, Actor actor, TenantName name)
      throws DomainException {
    Optional<Tenant> there = find(transaction, name);
    return there.isPresent()
        ? there.get()
        : insert(transaction, actor, name, TenantKind.CUSTOMER, TenantQuota.NONE);
  }

  private Tenant insert(
      Transaction transaction, Actor actor, TenantName name, TenantKind kind, TenantQuota quota)
      throws DomainException {
    if (update(transaction, name, kind, quota) == 0) {
      transaction.update(
          "INSERT INTO tenant (name, kind, servers_max, space_max, created)"
              + " VALUES (?, ?, ?, ?, ?)",
          name.value(),
          kind,
          quota.serversMax().orElse(UNBOUNDED),
          quota.spaceMaxBytes().orElse(UNBOUNDED),
          transaction.now());
    } else {
      transaction.update(
          "UPDATE tenant SET gone = 0, created = ? WHERE name = ?",
          transaction.now(),
          name.value());
    }
    audit.record(
        transaction, actor, "tenant.create", name.value(), kind.name() + ", " + quota.describe());
    return new Tenant(name, kind, quota, transaction.now());
  }

  private static int update(
      Transaction transaction, TenantName name, TenantKind kind, TenantQuota quota)
      throws DomainException {
    return transaction.update(
        "UPDATE tenant SET kind = ?, servers_max = ?, space_max = ? WHERE name = ?",
        kind,
        quota.serversMax().orElse(UNBOUNDED),
        quota.spaceMaxBytes().orElse(UNBOUNDED),
        name.value());
  }

  @Override
  public Tenant set(Actor actor, TenantName name, TenantChange change) throws DomainException {
    return catalog.change(
        transaction -> {
          Tenant before = get(transaction, name);
          TenantKind kind = change.kind().orElse(before.kind());
          TenantQuota quota = change.of(before.quota());
          int unused = update(transaction, name, kind, quota);
          audit.record(
              transaction,
              actor,
              "tenant.set",
              name.value(),
              kind.name() + ", " + quota.describe());
          return new Tenant(name, kind, quota, before.created());
        });
  }

  @Override
  public void remove(Actor actor, TenantName name) throws DomainException {
    catalog.change(
        transaction -> {
          if (find(transaction, name).isPresent()) {
            for (TenantDependents each : dependents) {
              each.requireNone(transaction, name);
            }
            transaction.update("UPDATE tenant SET gone = 1 WHERE name = ?", name.value());
            audit.record(transaction, actor, "tenant.remove", name.value(), "");
          }
          return null;
        });
  }

  @Override
  public List<Tenant> list() throws DomainException {
    return catalog.read(
        transaction ->
            transaction.query(
                "SELECT * FROM tenant WHERE gone = 0 ORDER BY name", CatalogTenants::tenant));
  }

  @Override
  public Optional<Tenant> find(TenantName name) throws DomainException {
    return catalog.read(transaction -> find(transaction, name));
  }

  private static Optional<Tenant> find(Transaction transaction, TenantName name)
      throws DomainException {
    return transaction.first(
        "SELECT * FROM tenant WHERE name = ? AND gone = 0", CatalogTenants::tenant, name.value());
  }

  private static Tenant get(Transaction transaction, TenantName name) throws DomainException {
    return find(transaction, name)
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.NOT_FOUND,
                    "there is no tenant '" + name + "'; 'tenant add' makes one"));
  }

  private static Tenant tenant(Row row) throws DomainException {
    int servers = row.integer("servers_max");
    long space = row.number("space_max");
    return new Tenant(
        new TenantName(row.text("name")),
        row.constant("kind", TenantKind.class),
        new TenantQuota(
            servers == UNBOUNDED ? OptionalInt.empty() : OptionalInt.of(servers),
            space == UNBOUNDED ? OptionalLong.empty() : OptionalLong.of(space)),
        row.instant("created"));
  }
}
