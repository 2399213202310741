/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.tenant;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What to change of a tenant; what is empty stays.
 *
 * @param kind what it is
 * @param serversMax the bound of servers; an empty number in it takes the bound away
 * @param spaceMaxBytes the bound of space, likewise
 */
public record TenantChange(
    Optional<TenantKind> kind,
    Optional<OptionalInt> serversMax,
    Optional<OptionalLong> spaceMaxBytes) {

  /** The quota after the change. */
  TenantQuota of(TenantQuota before) {
    return new TenantQuota(
        serversMax.orElse(before.serversMax()), spaceMaxBytes.orElse(before.spaceMaxBytes()));
  }
}
