/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.tenant;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;

/** Something that may belong to a tenant, which then cannot be removed. */
public interface TenantDependents {

  /**
   * @throws DomainException BUSY if something of it belongs to that tenant
   */
  void requireNone(Transaction transaction, TenantName tenant) throws DomainException;
}
