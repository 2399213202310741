/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.power.Restarts;
import io.lunette.core.power.ServerPower;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import io.lunette.core.server.ServerProfile;
import io.lunette.core.server.Servers;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Servers and their initiators. */
final class ServerRoutes implements RouteSet {

  private final Servers servers;
  private final Restarts restarts;
  private final ServerPower power;

  ServerRoutes(Servers servers, Restarts restarts, ServerPower power) {
    this.servers = servers;
    this.restarts = restarts;
    this.power = power;
  }

  /** A server as callers see it. */
  record View(String name, String iqn, String chapUser, String created) {

    static View of(Server server) {
      return new View(
          server.name().value(),
          server.initiator().value(),
          server.chapUser().orElse(null),
          server.created().toString());
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/servers", this::list);
    routes.post("/servers", this::add);
    routes.get("/servers/:name", call -> Reply.ok(show(new ServerName(call.path("name")))));
    routes.put("/servers/:name", this::set);
    routes.delete("/servers/:name", this::remove);
    routes.post("/servers/:name/restart", this::restart);
  }

  private Reply list(Call call) throws DomainException {
    List<Server> page =
        servers.page(call.query("after").map(ServerName::new), call.limit(Pages.LIMIT_MAX));
    return Pages.of(call, page, each -> each.name().value(), View::of);
  }

  private Reply add(Call call) throws BadRequestException, DomainException {
    Server server =
        servers.add(
            call.actor(),
            new ServerName(call.text("name")),
            new InitiatorName(call.text("iqn")),
            credentials(call),
            change(call));
    return Reply.created(show(server.name()));
  }

  private Reply set(Call call) throws BadRequestException, DomainException {
    ServerName name = new ServerName(call.path("name"));
    servers.configure(call.actor(), name, change(call));
    return Reply.ok(show(name));
  }

  private UnaryOperator<ServerProfile> change(Call call)
      throws BadRequestException, DomainException {
    Optional<PowerAddress> said = call.optional("power", PowerAddress::parse);
    if (said.isPresent()) {
      power.check(said.get());
    }
    return ServerFields.change(call);
  }

  private Reply restart(Call call) throws DomainException {
    restarts.restart(call.actor(), new ServerName(call.path("name")));
    return Reply.nothing();
  }

  private ServerView show(ServerName name) throws DomainException {
    return ServerView.of(servers.get(name), servers.profile(name));
  }

  private static Optional<ChapCredentials> credentials(Call call) throws BadRequestException {
    Optional<String> user = call.optionalText("chapUser");
    Optional<String> secret = call.optionalText("chapSecret");
    if (user.isPresent() != secret.isPresent()) {
      throw new BadRequestException("CHAP needs both chapUser and chapSecret");
    }
    return user.map(
        name ->
            ChapCredentials.chosen(name, secret.orElseThrow().getBytes(StandardCharsets.UTF_8)));
  }

  private Reply remove(Call call) throws DomainException {
    servers.remove(call.actor(), new ServerName(call.path("name")));
    return Reply.nothing();
  }
}
