/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.rollout;

import io.lunette.core.image.ImageName;
import io.lunette.core.server.BootPolicy;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far the current version of an image has come.
 *
 * @param image which
 * @param current its current version, or empty if none is published: then nothing is pending
 * @param policy what a boot does with a replica of it, unless the server says otherwise
 * @param ready replicas of the current version that are ready
 * @param servers who holds replicas of it, by name
 */
public record RolloutStatus(
    ImageName image,
    Optional<Integer> current,
    BootPolicy policy,
    int ready,
    List<RolloutServer> servers) {

  public RolloutStatus {
    servers = List.copyOf(servers);
  }

  /** How many servers run each version. */
  public SortedMap<Integer, Integer> versions() {
    SortedMap<Integer, Integer> counts = new TreeMap<>();
    servers.forEach(each -> counts.merge(each.version(), 1, Integer::sum));
    return counts;
  }

  /** How many do not run the current one. */
  public long pending() {
    return servers.stream().filter(RolloutServer::pending).count();
  }
}
