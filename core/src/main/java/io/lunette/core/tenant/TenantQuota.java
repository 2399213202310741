/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.tenant;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a tenant may have at most; what is empty is not bounded.
 *
 * @param serversMax servers that hold a replica for it
 * @param spaceMaxBytes space that the replicas of these servers hold for themselves alone; once it
 *     is reached no more replicas are handed over, and those that the tenant has go on
 */
public record TenantQuota(OptionalInt serversMax, OptionalLong spaceMaxBytes) {

  /** No bounds. */
  public static final TenantQuota NONE = new TenantQuota(OptionalInt.empty(), OptionalLong.empty());

  public TenantQuota {
    if (serversMax.orElse(0) < 0) {
      throw new IllegalArgumentException(
          "the most servers of a tenant are " + serversMax.getAsInt() + ": use 0 or more");
    }
    if (spaceMaxBytes.orElse(0) < 0) {
      throw new IllegalArgumentException(
          "the most space of a tenant is " + spaceMaxBytes.getAsLong() + ": use 0 or more bytes");
    }
  }

  /** For people, for instance {@code servers 10, space unbounded}. */
  public String describe() {
    return "servers "
        + (serversMax.isPresent() ? serversMax.getAsInt() : "unbounded")
        + ", space "
        + (spaceMaxBytes.isPresent() ? spaceMaxBytes.getAsLong() + " bytes" : "unbounded");
  }
}
