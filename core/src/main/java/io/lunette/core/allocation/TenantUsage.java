/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

/**
 * What a tenant has.
 *
 * @param servers servers that hold a replica for it
 * @param spaceBytes what these replicas hold for themselves alone; what they share with their image
 *     does not count
 */
public record TenantUsage(int servers, long spaceBytes) {

  /** Nothing. */
  public static final TenantUsage NONE = new TenantUsage(0, 0);

  TenantUsage plus(long bytes) {
    return new TenantUsage(servers + 1, Math.addExact(spaceBytes, bytes));
  }
}
