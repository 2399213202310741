/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.load.LoadSample;
import io.lunette.core.load.ServerLoad;
import io.lunette.core.load.ServerLoads;
import io.lunette.core.server.ServerName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How busy servers are: what they report, and what is known of them. */
final class LoadRoutes implements RouteSet {

  /** Where a server reports; the one path that its own token opens. */
  static final String REPORT = "/servers/:name/load";

  private final ServerLoads loads;

  LoadRoutes(ServerLoads loads) {
    this.loads = loads;
  }

  /** A sample as callers see it. */
  record Sample(String at, Map<String, Double> values) {

    static Sample of(LoadSample sample) {
      return new Sample(sample.at().toString(), sample.values());
    }
  }

  /** A load as callers see it. */
  record View(
      String server,
      String condition,
      String reported,
      String seen,
      Map<String, Double> values,
      List<Sample> history) {

    static View of(ServerLoad load) {
      return new View(
          load.server().value(),
          load.condition().name(),
          text(load.reported()),
          text(load.seen()),
          load.values(),
          load.history().stream().map(Sample::of).toList());
    }

    private static String text(Optional<Instant> time) {
      return time.map(Instant::toString).orElse(null);
    }
  }

  /** A token that was just made. */
  record Token(String server, String token) {}

  @Override
  public void addTo(Routes routes) {
    routes.get("/loads", call -> Reply.ok(loads.list().stream().map(View::of).toList()));
    routes.get(REPORT, call -> Reply.ok(View.of(loads.get(server(call)))));
    routes.post(REPORT, this::report);
    routes.post("/servers/:name/token", this::token);
  }

  private static ServerName server(Call call) {
    return new ServerName(call.path("name"));
  }

  private Reply report(Call call) throws BadRequestException, DomainException {
    loads.report(server(call), call.numbers());
    return Reply.nothing();
  }

  private Reply token(Call call) throws DomainException {
    ServerName server = server(call);
    return Reply.created(new Token(server.value(), loads.newToken(call.actor(), server)));
  }
}
