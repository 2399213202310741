/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who wants a replica of what.
 *
 * @param server who gets it
 * @param tenant for whom
 * @param image of what
 * @param make whether one is made there and then if none is ready
 * @param key by what the caller knows this request, if it may be sent twice
 * @param move the move of the server that asks for it, if one does
 */
public record AllocationRequest(
    ServerName server,
    TenantName tenant,
    ImageName image,
    boolean make,
    Optional<RequestKey> key,
    OptionalLong move) {

  public AllocationRequest {
    Objects.requireNonNull(server);
    Objects.requireNonNull(tenant);
    Objects.requireNonNull(image);
    Objects.requireNonNull(key);
    Objects.requireNonNull(move);
  }

  /** A replica that is ready, or none. */
  public static AllocationRequest ready(ServerName server, TenantName tenant, ImageName image) {
    return new AllocationRequest(
        server, tenant, image, false, Optional.empty(), OptionalLong.empty());
  }

  /** A replica that is ready, or one that is made for this request. */
  public static AllocationRequest readyOrMade(
      ServerName server, TenantName tenant, ImageName image) {
    return new AllocationRequest(
        server, tenant, image, true, Optional.empty(), OptionalLong.empty());
  }

  /** The same under a key. */
  public AllocationRequest withKey(RequestKey requestKey) {
    return new AllocationRequest(server, tenant, image, make, Optional.of(requestKey), move);
  }

  /** The same for a move of the server. */
  public AllocationRequest forMove(long sequence) {
    return new AllocationRequest(server, tenant, image, make, key, OptionalLong.of(sequence));
  }

  /** What is asked for, in words that differ where requests differ. */
  String summary() {
    return "allocate " + server + " for tenant " + tenant + " of image " + image;
  }
}
