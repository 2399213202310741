/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.tenant;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import java.util.List;
import java.util.Optional;

/** The tenants. One is created as a CUSTOMER when an allocation or an import first names it. */
public interface Tenants {

  /** {@link #create(Actor, TenantName, TenantKind, TenantQuota)} without bounds. */
  default Tenant create(Actor actor, TenantName name, TenantKind kind) throws DomainException {
    return create(actor, name, kind, TenantQuota.NONE);
  }

  /**
   * Creates a tenant; repeating it returns the first.
   *
   * @throws DomainException CONFLICT if it exists as another kind or with another quota
   */
  Tenant create(Actor actor, TenantName name, TenantKind kind, TenantQuota quota)
      throws DomainException;

  /**
   * Changes a tenant. A bound that it has passed already takes nothing from it.
   *
   * @throws DomainException NOT_FOUND; INVALID
   */
  Tenant set(Actor actor, TenantName name, TenantChange change) throws DomainException;

  /**
   * Removes a tenant; its name may be used again. Removing what is not there succeeds.
   *
   * @throws DomainException BUSY while images belong to it, or replicas hold its data
   */
  void remove(Actor actor, TenantName name) throws DomainException;

  /** All tenants, by name. */
  List<Tenant> list() throws DomainException;

  Optional<Tenant> find(TenantName name) throws DomainException;
}
