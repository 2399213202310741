/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.image.ImageName;
import java.util.Optional;

/**
 * Which replicas to list, by name.
 *
 * @param image only those of this image
 * @param state only those in this state; without it all but RETIRED
 * @param after only those behind this name: the last of the page before
 * @param limit at most so many, 1 to 1000
 */
public record ReplicaQuery(
    Optional<ImageName> image,
    Optional<ReplicaState> state,
    Optional<ReplicaName> after,
    int limit) {

  public ReplicaQuery {
    if (limit < 1 || limit > 1000) {
      throw new IllegalArgumentException("a page holds 1 to 1000 replicas, not " + limit);
    }
  }

  /** The first page of all that are not RETIRED. */
  public static ReplicaQuery all() {
    return new ReplicaQuery(Optional.empty(), Optional.empty(), Optional.empty(), 1000);
  }
}
