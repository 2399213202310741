/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.Allocations;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.load.ServerCondition;
import io.lunette.core.load.ServerLoad;
import io.lunette.core.load.ServerLoads;
import io.lunette.core.move.Membership;
import io.lunette.core.move.MoveLedger;
import io.lunette.core.move.MoveState;
import io.lunette.core.move.ServerMove;
import io.lunette.core.pool.Pools;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.ServerName;
import io.lunette.core.server.ServerProfile;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Gathers what a decision of the balancer is made of. Thread-safe. */
public final class BalanceSurvey {

  /** How long a server whose move failed is left in peace. */
  private static final Duration FAILED_PAUSE = Duration.ofMinutes(15);

  /** The state, and what of the servers is not in it. */
  record Seen(BalanceState state, List<String> notes) {}

  private final Catalog catalog;
  private final CatalogServers servers;
  private final Allocations allocations;
  private final ServerLoads loads;
  private final Pools pools;
  private final MoveLedger moves;
  private final Clock clock;

  public BalanceSurvey(
      Catalog catalog,
      CatalogServers servers,
      Allocations allocations,
      ServerLoads loads,
      Pools pools,
      MoveLedger moves,
      Clock clock) {
    this.catalog = catalog;
    this.servers = servers;
    this.allocations = allocations;
    this.loads = loads;
    this.pools = pools;
    this.moves = moves;
    this.clock = clock;
  }

  Seen look(List<ServerGroup> groups, int movesMax) throws DomainException {
    Instant now = clock.instant();
    List<ServerMove> underWay = catalog.read(moves::underWayHere);
    Map<ServerName, ServerProfile> profiles = catalog.read(servers::profiles);
    Map<ServerName, Membership> holders = new HashMap<>();
    for (Allocation each : here(allocations.list())) {
      holders.put(each.server(), new Membership(each.tenant(), each.image()));
    }
    List<ServerLoad> all = loads.list();
    List<GroupState> states = new ArrayList<>();
    for (ServerGroup group : groups) {
      states.add(group(group, all, holders, profiles, underWay));
    }
    List<String> notes = new ArrayList<>();
    List<ServerName> free = free(all, profiles, now, notes);
    return new Seen(new BalanceState(now, states, free, underWay.size(), movesMax), notes);
  }

  /** What servers hold of other nodes is those nodes' to balance. */
  private List<Allocation> here(List<Allocation> all) {
    return all.stream().filter(each -> each.node().equals(catalog.node())).toList();
  }

  private GroupState group(
      ServerGroup group,
      List<ServerLoad> all,
      Map<ServerName, Membership> holders,
      Map<ServerName, ServerProfile> profiles,
      List<ServerMove> underWay)
      throws DomainException {
    List<GroupMember> members = new ArrayList<>();
    for (ServerLoad each : all) {
      boolean member =
          group.use().equals(holders.get(each.server()))
              && each.condition() != ServerCondition.MOVING;
      if (member) {
        members.add(
            new GroupMember(
                each.server(),
                isMovable(profiles.getOrDefault(each.server(), ServerProfile.NONE)),
                each.condition() != ServerCondition.UNREACHABLE,
                load(group, each)));
      }
    }
    int arriving =
        (int) underWay.stream().filter(m -> m.to().equals(Optional.of(group.use()))).count();
    int promised =
        (int)
            underWay.stream()
                .filter(move -> !move.keeps())
                .flatMap(move -> move.to().stream())
                .filter(use -> use.image().equals(group.use().image()))
                .count();
    return new GroupState(
        group,
        members,
        arriving,
        pools.get(group.use().image()).count(ReplicaState.READY) - promised,
        catalog.read(transaction -> moves.lastChange(transaction, group.use())));
  }

  private static boolean isMovable(ServerProfile profile) {
    return profile.shared() && profile.power().isPresent();
  }

  private static OptionalDouble load(ServerGroup group, ServerLoad load) {
    Double value = group.goal().map(goal -> load.values().get(goal.metric())).orElse(null);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  private List<ServerName> free(
      List<ServerLoad> all,
      Map<ServerName, ServerProfile> profiles,
      Instant now,
      List<String> notes)
      throws DomainException {
    List<ServerName> free = new ArrayList<>();
    for (ServerLoad each : all) {
      ServerProfile profile = profiles.getOrDefault(each.server(), ServerProfile.NONE);
      if (each.condition() != ServerCondition.FREE || !profile.shared()) {
        continue;
      }
      if (profile.power().isEmpty()) {
        notes.add("server " + each.server() + " is left out: its power is not controlled");
      } else if (failedLately(each.server(), now)) {
        notes.add("server " + each.server() + " is left out: its last move failed");
      } else {
        free.add(each.server());
      }
    }
    return free;
  }

  private boolean failedLately(ServerName server, Instant now) throws DomainException {
    return catalog
        .read(transaction -> moves.newest(transaction, server))
        .filter(move -> move.state() == MoveState.FAILED)
        .filter(move -> now.isBefore(move.updated().plus(FAILED_PAUSE)))
        .isPresent();
  }
}
