/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A group while a plan is drawn up: the state, less who has been planned away and more who has been
 * planned in. Its load is thought to spread evenly over whoever is left. For one thread.
 */
final class GroupDraft {

  /** Of a group, at most this share leaves in one plan, and at least one server. */
  private static final int LEAVING_SHARE = 4;

  private final GroupState state;
  private final boolean cooling;
  private final List<GroupMember> candidates;
  private int total;
  private int reachable;
  private int leaving;

  GroupDraft(GroupState state, Instant now) {
    this.state = state;
    this.cooling = state.isCooling(now);
    this.total = state.members().size() + state.arriving();
    this.reachable =
        (int) state.members().stream().filter(GroupMember::reachable).count() + state.arriving();
    this.candidates =
        new ArrayList<>(
            state.members().stream()
                .filter(each -> each.movable() && each.reachable())
                .sorted(
                    Comparator.comparingDouble((GroupMember each) -> each.load().orElse(0))
                        .thenComparing(GroupMember::server))
                .toList());
  }

  ServerGroup group() {
    return state.group();
  }

  GroupName name() {
    return group().name();
  }

  boolean isCooling() {
    return cooling;
  }

  int total() {
    return total;
  }

  int reachable() {
    return reachable;
  }

  boolean isBelowMin() {
    return reachable < group().min() && total < group().max();
  }

  boolean isAboveMax() {
    return total > group().max();
  }

  /** What all of its servers have to do together, if that is known. */
  private OptionalDouble work() {
    OptionalDouble load = state.load();
    long known = state.members().stream().filter(GroupMember::reachable).count();
    return load.isPresent() ? OptionalDouble.of(load.getAsDouble() * known) : load;
  }

  /** The mean load that so many servers would have. */
  OptionalDouble loadOf(int servers) {
    OptionalDouble work = work();
    return work.isPresent() && servers > 0
        ? OptionalDouble.of(work.getAsDouble() / servers)
        : OptionalDouble.empty();
  }

  OptionalDouble load() {
    return loadOf(reachable);
  }

  boolean isOverloaded() {
    return !cooling
        && total < group().max()
        && group().goal().isPresent()
        && load().isPresent()
        && load().getAsDouble() > group().goal().get().high();
  }

  /** How far above its target it is; 1 is on it. */
  double relativeLoad() {
    return group().goal().isPresent() && load().isPresent()
        ? load().getAsDouble() / group().goal().get().target()
        : 0;
  }

  /**
   * Whether it has less to do than its goal allows, and would still not have too much with one
   * server less. The second is what keeps a server from going back and forth.
   */
  boolean isUnderloaded() {
    Optional<LoadGoal> goal = group().goal();
    return mayGive()
        && goal.isPresent()
        && load().isPresent()
        && load().getAsDouble() < goal.get().low()
        && (reachable == 1 || loadOf(reachable - 1).getAsDouble() <= goal.get().target());
  }

  /** Whether it may lose a server for the good of others. */
  boolean mayGive() {
    return !cooling && total > group().min() && reachable > group().min() && hasCandidate();
  }

  /** Whether it has more than its maximum and somebody who can go. */
  boolean mayShrink() {
    return isAboveMax() && reachable > group().min() && hasCandidate();
  }

  private boolean hasCandidate() {
    return !candidates.isEmpty() && leaving < Math.max(1, state.members().size() / LEAVING_SHARE);
  }

  GroupMember give() {
    total--;
    reachable--;
    leaving++;
    return candidates.remove(0);
  }

  void take() {
    total++;
    reachable++;
  }
}
