/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import java.util.Objects;

/**
 * Who wants a replica of what.
 *
 * @param server who gets it
 * @param tenant for whom
 * @param image of what
 * @param make whether one is made there and then if none is ready
 */
public record AllocationRequest(
    ServerName server, TenantName tenant, ImageName image, boolean make) {

  public AllocationRequest {
    Objects.requireNonNull(server);
    Objects.requireNonNull(tenant);
    Objects.requireNonNull(image);
  }

  /** A replica that is ready, or none. */
  public static AllocationRequest ready(ServerName server, TenantName tenant, ImageName image) {
    return new AllocationRequest(server, tenant, image, false);
  }

  /** A replica that is ready, or one that is made for this request. */
  public static AllocationRequest readyOrMade(
      ServerName server, TenantName tenant, ImageName image) {
    return new AllocationRequest(server, tenant, image, true);
  }
}
