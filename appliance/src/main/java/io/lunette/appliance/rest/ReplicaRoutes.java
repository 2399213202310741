/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.image.ImageName;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaMove;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaQuery;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.replica.Replicas;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Replicas and how they came to be where they are. */
final class ReplicaRoutes implements RouteSet {

  private final Replicas replicas;

  ReplicaRoutes(Replicas replicas) {
    this.replicas = replicas;
  }

  /** A replica as callers see it. */
  record View(
      String name,
      String image,
      String state,
      String since,
      String tenant,
      String server,
      String volume,
      int attempts,
      int imageVersion,
      String kind) {

    static View of(Replica replica) {
      return new View(
          replica.name().value(),
          replica.imageName().value(),
          replica.state().name(),
          replica.since().toString(),
          replica.tenant().map(TenantName::value).orElse(null),
          replica.server().map(ServerName::value).orElse(null),
          replica.volume().value(),
          replica.attempts(),
          replica.imageVersion(),
          replica.kind().name());
    }
  }

  /** One move of a replica. */
  record Move(String from, String to, String at, String actor, String reason) {

    static Move of(ReplicaMove move) {
      Actor actor = move.actor();
      return new Move(
          move.from().map(Enum::name).orElse(null),
          move.to().name(),
          move.at().toString(),
          actor.value(),
          move.reason());
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/replicas", this::list);
    routes.get("/replicas/:name", this::get);
    routes.get("/replicas/:name/history", this::history);
  }

  private Reply list(Call call) throws BadRequestException, DomainException {
    ReplicaQuery query =
        new ReplicaQuery(
            call.query("image").map(ImageName::new),
            call.query("state").map(ReplicaRoutes::state),
            call.query("after").map(ReplicaName::new),
            call.limit(Pages.LIMIT_MAX));
    return Pages.of(call, replicas.list(query), each -> each.name().value(), View::of);
  }

  private Reply get(Call call) throws DomainException {
    ReplicaName name = new ReplicaName(call.path("name"));
    return Reply.ok(View.of(replicas.find(name).orElseThrow(() -> unknown(name))));
  }

  private Reply history(Call call) throws DomainException {
    ReplicaName name = new ReplicaName(call.path("name"));
    List<ReplicaMove> moves = replicas.history(name);
    if (moves.isEmpty()) {
      throw unknown(name);
    }
    return Reply.ok(moves.stream().map(Move::of).toList());
  }

  private static DomainException unknown(ReplicaName name) {
    return new DomainException(DomainException.Kind.NOT_FOUND, "no replica '" + name + "'");
  }

  private static ReplicaState state(String text) {
    String wanted = text.toUpperCase(Locale.ROOT);
    return Arrays.stream(ReplicaState.values())
        .filter(state -> state.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no state '" + text + "': use one of " + List.of(ReplicaState.values())));
  }
}
