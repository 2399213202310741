/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.image.ImageName;
import io.lunette.core.move.Membership;
import io.lunette.core.move.ServerMove;
import io.lunette.core.move.ServerMoves;
import io.lunette.core.rollout.RolloutServer;
import io.lunette.core.rollout.RolloutStatus;
import io.lunette.core.rollout.Rollouts;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.ServerName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Moves of servers, and roll-outs of image versions to them. */
final class MoveRoutes implements RouteSet {

  private static final int MOVES_SHOWN = 100;

  private final ServerMoves moves;
  private final Rollouts rollouts;

  MoveRoutes(ServerMoves moves, Rollouts rollouts) {
    this.moves = moves;
    this.rollouts = rollouts;
  }

  /** A move as callers see it. */
  record View(
      long sequence,
      String node,
      String server,
      String from,
      String to,
      boolean keepsWritable,
      String state,
      int attempts,
      String message,
      String reason,
      String actor,
      String started,
      String updated) {

    static View of(ServerMove move) {
      return new View(
          move.sequence(),
          move.node().value(),
          move.server().value(),
          name(move.from()),
          name(move.to()),
          move.keeps(),
          move.state().name(),
          move.attempts(),
          move.message(),
          move.reason(),
          move.actor().value(),
          move.started().toString(),
          move.updated().toString());
    }

    private static String name(Optional<Membership> membership) {
      return membership.map(Membership::toString).orElse(null);
    }
  }

  /** A server in a roll-out as callers see it. */
  record Holder(
      String server, String tenant, int version, String boot, boolean pending, String next) {

    static Holder of(RolloutServer each) {
      String how =
          each.policy() == BootPolicy.PERSISTENT
              ? "by 'lunette server upgrade " + each.server() + "'"
              : "at its next boot";
      return new Holder(
          each.server().value(),
          each.tenant().value(),
          each.version(),
          each.policy().label(),
          each.pending(),
          each.pending() ? how : null);
    }
  }

  /** A roll-out as callers see it. */
  record Rollout(
      String image,
      Integer current,
      String boot,
      int ready,
      long pending,
      Map<Integer, Integer> versions,
      List<Holder> servers) {

    static Rollout of(RolloutStatus status) {
      return new Rollout(
          status.image().value(),
          status.current().orElse(null),
          status.policy().label(),
          status.ready(),
          status.pending(),
          status.versions(),
          status.servers().stream().map(Holder::of).toList());
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/moves", call -> Reply.ok(moves.list(MOVES_SHOWN).stream().map(View::of).toList()));
    routes.post("/servers/:name/upgrade", this::upgrade);
    routes.get(
        "/rollouts/:image",
        call -> Reply.ok(Rollout.of(rollouts.get(new ImageName(call.path("image"))))));
    routes.put("/rollouts/:image", this::setPolicy);
  }

  private Reply upgrade(Call call) throws DomainException {
    Optional<ServerMove> move = rollouts.upgrade(call.actor(), new ServerName(call.path("name")));
    return move.isPresent() ? Reply.ok(View.of(move.get())) : Reply.nothing();
  }

  private Reply setPolicy(Call call) throws BadRequestException, DomainException {
    BootPolicy policy = BootPolicy.parse(call.text("boot"));
    return Reply.ok(
        Rollout.of(rollouts.setPolicy(call.actor(), new ImageName(call.path("image")), policy)));
  }
}
