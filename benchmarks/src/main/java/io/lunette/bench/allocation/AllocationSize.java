/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.allocation;

/** How large a data centre is; at least two servers, and a replica for each. */
public record AllocationSize(int replicas, int servers, int tenants) {

  public AllocationSize {
    if (servers < 2 || tenants < 1 || replicas < servers) {
      throw new IllegalArgumentException(
          "there must be 2 servers, a tenant, and a replica for each server at least");
    }
  }
}
