/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import io.lunette.core.image.ImageName;
import io.lunette.core.move.Membership;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A data centre for the balancer alone: groups with a given amount of work each, which spreads over
 * the servers that they have. Moves take effect at once.
 */
final class BalanceScene {

  static final Instant START = Instant.parse("2026-11-26T00:00:00Z");

  final Map<GroupName, ServerGroup> groups = new TreeMap<>();
  final Map<GroupName, Double> work = new TreeMap<>();
  final Map<GroupName, TreeSet<ServerName>> members = new TreeMap<>();
  final Map<GroupName, Instant> changed = new TreeMap<>();
  final TreeSet<ServerName> free = new TreeSet<>();
  final TreeSet<ServerName> silent = new TreeSet<>();
  Instant now = START;
  int ready = 1000;
  int movesMax = 1000;

  BalanceScene group(
      String name, int min, int max, int priority, double target, double hysteresis) {
    GroupName key = new GroupName(name);
    groups.put(
        key,
        new ServerGroup(
            key,
            new Membership(new TenantName("t-" + name), new ImageName("web")),
            min,
            max,
            priority,
            target > 0 ? Optional.of(new LoadGoal("cpu", target, hysteresis)) : Optional.empty(),
            Duration.ofMinutes(5)));
    members.put(key, new TreeSet<>());
    work.put(key, 0.0);
    return this;
  }

  BalanceScene with(String group, int servers, double work) {
    GroupName key = new GroupName(group);
    for (int i = 0; i < servers; i++) {
      members.get(key).add(new ServerName(group + "-" + i));
    }
    this.work.put(key, work);
    return this;
  }

  BalanceScene free(int servers) {
    for (int i = 0; i < servers; i++) {
      free.add(new ServerName("free-" + i));
    }
    return this;
  }

  static BalanceScene random(Random random) {
    BalanceScene scene = new BalanceScene();
    int groups = 1 + random.nextInt(5);
    for (int i = 0; i < groups; i++) {
      int min = random.nextInt(4);
      boolean goal = random.nextInt(5) > 0;
      scene
          .group(
              "g" + i,
              min,
              min + random.nextInt(6),
              random.nextInt(3),
              goal ? 50 : 0,
              random.nextInt(4) * 0.1)
          .with("g" + i, random.nextInt(7), random.nextInt(500));
    }
    scene.free(random.nextInt(4));
    scene.movesMax = 1 + random.nextInt(6);
    return scene;
  }

  BalanceState state() {
    List<GroupState> states = new ArrayList<>();
    groups.forEach(
        (name, group) -> {
          long reachable = members.get(name).stream().filter(s -> !silent.contains(s)).count();
          List<GroupMember> its =
              members.get(name).stream()
                  .map(
                      server ->
                          new GroupMember(
                              server,
                              true,
                              !silent.contains(server),
                              OptionalDouble.of(work.get(name) / Math.max(1, reachable))))
                  .toList();
          states.add(new GroupState(group, its, 0, ready, Optional.ofNullable(changed.get(name))));
        });
    return new BalanceState(now, states, List.copyOf(free), 0, movesMax);
  }

  /** The same, told in another order. */
  static BalanceState shuffled(BalanceState state, Random random) {
    List<GroupState> groups = new ArrayList<>();
    for (GroupState each : state.groups()) {
      List<GroupMember> members = new ArrayList<>(each.members());
      Collections.shuffle(members, random);
      groups.add(
          new GroupState(each.group(), members, each.arriving(), each.ready(), each.changed()));
    }
    Collections.shuffle(groups, random);
    List<ServerName> free = new ArrayList<>(state.free());
    Collections.shuffle(free, random);
    return new BalanceState(state.now(), groups, free, state.underWay(), state.movesMax());
  }

  BalancePlan planned() {
    return BalanceEngine.plan(state());
  }

  void apply(BalancePlan plan) {
    for (PlannedMove move : plan.moves()) {
      if (move.from().isPresent()) {
        require(members.get(move.from().get()).remove(move.server()), move);
        changed.put(move.from().get(), now);
      } else {
        require(free.remove(move.server()), move);
      }
      if (move.to().isPresent()) {
        members.get(move.to().get()).add(move.server());
        changed.put(move.to().get(), now);
      } else {
        free.add(move.server());
      }
    }
  }

  private static void require(boolean there, PlannedMove move) {
    if (!there) {
      throw new AssertionError(move.server() + " is not where it is taken from: " + move);
    }
  }

  void later() {
    now = now.plus(Duration.ofMinutes(6));
  }

  int size(String group) {
    return members.get(new GroupName(group)).size();
  }

  @Override
  public String toString() {
    return groups.values()
        + " members "
        + members
        + " work "
        + work
        + " free "
        + free
        + " silent "
        + silent
        + " max "
        + movesMax;
  }
}
