/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.tenant;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import java.util.List;
import java.util.Optional;

/** The tenants. One is created as a CUSTOMER when an allocation or an import first names it. */
public interface Tenants {

  /**
   * Creates a tenant; repeating it returns the first.
   *
   * @throws DomainException CONFLICT if it exists as another kind
   */
  Tenant create(Actor actor, TenantName name, TenantKind kind) throws DomainException;

  /** All tenants, by name. */
  List<Tenant> list() throws DomainException;

  Optional<Tenant> find(TenantName name) throws DomainException;
}
