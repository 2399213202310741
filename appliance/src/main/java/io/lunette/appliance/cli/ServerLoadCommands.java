/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.server.ServerName;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Subcommands of {@code lunette server} about running servers: load, moves, upgrades. */
final class ServerLoadCommands {

  private ServerLoadCommands() {}

  @Command(description = "Show how busy servers are, or one of them with its history.")
  static final class Load extends ApiCommand {

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "The server; all without.")
    private Optional<ServerName> name = Optional.empty();

    Load(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      if (name.isPresent()) {
        session().print(api.get("/servers/" + name.get() + "/load"), new Details());
        return;
      }
      session()
          .print(
              api.get("/loads"),
              new Table()
                  .text("SERVER", "server")
                  .text("CONDITION", "condition")
                  .text("REPORTED", "reported")
                  .text("SEEN", "seen")
                  .number("IOPS", "values/target.iops")
                  .number("BYTES/s", "values/target.bytes")
                  .number("QUEUE", "values/target.queue"));
    }
  }

  @Command(description = "Make the token by which a server reports; one made before is void.")
  static final class Token extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The server.")
    private ServerName name;

    Token(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.post("/servers/" + name + "/token", Map.of()), new Details());
    }
  }

  @Command(
      description =
          "Exchange a server's replica for one of the image's current version, and restart it if"
              + " its power is controlled. What it wrote is scrubbed.")
  static final class Upgrade extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The server.")
    private ServerName name;

    Upgrade(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      var move = api.post("/servers/" + name + "/upgrade", Map.of());
      session()
          .print(
              move,
              result ->
                  result.isNull()
                      ? "server " + name + " has the current version already\n"
                      : new Details().render(result));
    }
  }

  @Command(description = "Show moves of servers, the newest first.")
  static final class Moves extends ApiCommand {

    Moves(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session()
          .print(
              api.get("/moves"),
              new Table()
                  .number("NO", "sequence")
                  .text("SERVER", "server")
                  .text("FROM", "from")
                  .text("TO", "to")
                  .text("STATE", "state")
                  .text("UPDATED", "updated")
                  .text("REASON", "reason")
                  .text("MESSAGE", "message"));
    }
  }
}
