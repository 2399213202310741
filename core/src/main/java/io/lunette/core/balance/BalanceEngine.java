/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import io.lunette.core.balance.PlannedMove.Cause;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Decides which servers move where: state in, moves and their reasons out, the same for the same
 * state. It asks nobody, waits for nothing and knows no time but the state's.
 *
 * <p>The order is that of need. First come groups with fewer servers than their minimum, then those
 * that are too busy, each by priority. A server is taken from the free pool; else from a group
 * above its maximum; else from one that has too little to do; else from one of a smaller priority,
 * the smallest first, down to its minimum. What is left over then goes to the free pool.
 *
 * <p>It comes to rest while the work of each group stays the same. A group that was too busy with
 * <i>n</i> servers cannot be one that could do with <i>n</i>: giving one back asks that the rest
 * would then have no more than the target, and taking one asked that <i>n</i> had more. Servers go
 * to a higher priority and come back only if that has too little to do.
 */
public final class BalanceEngine {

  private final BalanceState state;
  private final List<GroupDraft> groups;
  private final Deque<ServerName> free;
  private final Map<ImageName, Integer> ready = new HashMap<>();
  private final List<PlannedMove> moves = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private BalanceEngine(BalanceState state) {
    this.state = state;
    this.groups =
        state.groups().stream()
            .map(each -> new GroupDraft(each, state.now()))
            .sorted(
                Comparator.comparingInt((GroupDraft each) -> -each.group().priority())
                    .thenComparing(GroupDraft::name))
            .toList();
    this.free = new ArrayDeque<>(state.free().stream().sorted().toList());
    state.groups().forEach(each -> ready.merge(image(each.group()), each.ready(), Math::min));
  }

  private static ImageName image(ServerGroup group) {
    return group.use().image();
  }

  /** The plan for a state. */
  public static BalancePlan plan(BalanceState state) {
    BalanceEngine engine = new BalanceEngine(state);
    engine.fillUp();
    engine.relieve();
    engine.giveBack();
    return new BalancePlan(engine.moves, engine.notes);
  }

  private boolean isSpent() {
    return state.underWay() + moves.size() >= state.movesMax();
  }

  private boolean noteIfSpent(GroupDraft group) {
    if (isSpent()) {
      notes.add(
          "group "
              + group.name()
              + " waits: "
              + (state.underWay() + moves.size())
              + " moves are planned or under way, and no more than "
              + state.movesMax()
              + " may be at one time");
    }
    return isSpent();
  }

  private void fillUp() {
    for (GroupDraft group : groups) {
      boolean more = true;
      while (more && group.isBelowMin()) {
        String why =
            "group "
                + group.name()
                + " has "
                + group.reachable()
                + " servers that can be reached,"
                + " its minimum is "
                + group.group().min();
        more = !noteIfSpent(group) && provide(group, Cause.BELOW_MIN, why);
      }
    }
  }

  private void relieve() {
    List<GroupDraft> busiest =
        groups.stream()
            .sorted(
                Comparator.comparingInt((GroupDraft each) -> -each.group().priority())
                    .thenComparing(each -> -each.relativeLoad())
                    .thenComparing(GroupDraft::name))
            .toList();
    for (GroupDraft group : busiest) {
      boolean more = true;
      while (more && group.isOverloaded()) {
        LoadGoal goal = group.group().goal().orElseThrow();
        String why =
            String.format(
                Locale.ROOT,
                "group %s has a mean %s of %s on %d servers, more than %s",
                group.name(),
                goal.metric(),
                number(group.load().getAsDouble()),
                group.reachable(),
                number(goal.high()));
        more = !noteIfSpent(group) && provide(group, Cause.OVERLOAD, why);
      }
      if (group.isCooling()) {
        notes.add("group " + group.name() + " is cooling: nothing moves for the sake of its load");
      }
    }
  }

  /** Finds a server for a group; whether there is one. */
  private boolean provide(GroupDraft group, Cause cause, String why) {
    ImageName image = image(group.group());
    if (ready.get(image) <= 0) {
      notes.add(why + "; no replica of image " + image + " is ready for it");
      return false;
    }
    if (!free.isEmpty()) {
      take(group);
      moves.add(
          new PlannedMove(
              free.removeFirst(), Optional.empty(), Optional.of(group.name()), cause, why));
      return true;
    }
    Optional<GroupDraft> donor = donor(group);
    if (donor.isEmpty()) {
      notes.add(why + "; no server is free, and no other group may give one");
      return false;
    }
    String from = why + "; group " + donor.get().name() + " gives: " + state(donor.get(), group);
    GroupMember given = donor.get().give();
    take(group);
    moves.add(
        new PlannedMove(
            given.server(),
            Optional.of(donor.get().name()),
            Optional.of(group.name()),
            cause,
            from));
    return true;
  }

  private void take(GroupDraft group) {
    group.take();
    ready.merge(image(group.group()), -1, Integer::sum);
  }

  private Optional<GroupDraft> donor(GroupDraft wanting) {
    List<Predicate<GroupDraft>> ways =
        List.of(
            GroupDraft::mayShrink,
            GroupDraft::isUnderloaded,
            each -> each.mayGive() && each.group().priority() < wanting.group().priority());
    for (Predicate<GroupDraft> way : ways) {
      Optional<GroupDraft> found =
          groups.stream()
              .filter(each -> each != wanting && way.test(each))
              .min(
                  Comparator.comparingInt((GroupDraft each) -> each.group().priority())
                      .thenComparing(GroupDraft::relativeLoad)
                      .thenComparing(GroupDraft::name));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static String state(GroupDraft donor, GroupDraft wanting) {
    if (donor.mayShrink()) {
      return "it has " + donor.total() + " servers, its maximum is " + donor.group().max();
    }
    if (donor.isUnderloaded()) {
      return little(donor);
    }
    return "its priority is "
        + donor.group().priority()
        + ", that of "
        + wanting.name()
        + " is "
        + wanting.group().priority();
  }

  private static String little(GroupDraft group) {
    LoadGoal goal = group.group().goal().orElseThrow();
    return String.format(
        Locale.ROOT,
        "it has a mean %s of %s on %d servers, less than %s",
        goal.metric(),
        number(group.load().getAsDouble()),
        group.reachable(),
        number(goal.low()));
  }

  /** Four digits say enough. */
  private static String number(double value) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(4));
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }

  private void giveBack() {
    for (GroupDraft group : groups) {
      while (group.mayShrink() && !noteIfSpent(group)) {
        String why =
            "group "
                + group.name()
                + " has "
                + group.total()
                + " servers, its maximum is "
                + group.group().max();
        release(group, Cause.ABOVE_MAX, why);
      }
      if (group.isUnderloaded() && !noteIfSpent(group)) {
        release(group, Cause.UNDERLOAD, "group " + group.name() + " gives: " + little(group));
      }
    }
  }

  private void release(GroupDraft group, Cause cause, String why) {
    GroupMember given = group.give();
    moves.add(
        new PlannedMove(given.server(), Optional.of(group.name()), Optional.empty(), cause, why));
  }
}
