/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A group as it is when the balancer looks.
 *
 * @param group its policy
 * @param members who is in it, those on their way out left out
 * @param arriving how many are on their way in
 * @param ready replicas of its image that are ready and promised to nobody; groups that run one
 *     image share them
 * @param changed when a server last began to join or leave it
 */
public record GroupState(
    ServerGroup group,
    List<GroupMember> members,
    int arriving,
    int ready,
    Optional<Instant> changed) {

  public GroupState {
    members = List.copyOf(members);
  }

  /** The mean load of those that can be reached and say theirs. */
  public OptionalDouble load() {
    return members.stream()
        .filter(GroupMember::reachable)
        .map(GroupMember::load)
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .average();
  }

  boolean isCooling(Instant now) {
    return changed.isPresent() && now.isBefore(changed.get().plus(group.cooling()));
  }
}
