/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.image.ImageName;
import io.lunette.core.replica.ReplicaName;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette replica}: replicas and their history. */
final class ReplicaCommands {

  private ReplicaCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("Replicas.")
        .addSubcommand("list", new ListAll(session))
        .addSubcommand("history", new History(session));
  }

  @Command(description = "List replicas that are in service.")
  static final class ListAll extends ApiCommand {

    @Option(names = "--image", paramLabel = "I", description = "Only those of this image.")
    private ImageName image;

    @Option(names = "--state", paramLabel = "STATE", description = "Only those in this state.")
    private String state;

    ListAll(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      String query = "?limit=1000";
      query += image == null ? "" : "&image=" + image;
      query += state == null ? "" : "&state=" + state.toUpperCase(Locale.ROOT);
      session()
          .print(
              api.list("/replicas" + query),
              new Table()
                  .text("NAME", "name")
                  .text("IMAGE", "image")
                  .text("STATE", "state")
                  .text("KIND", "kind")
                  .text("SERVER", "server")
                  .text("TENANT", "tenant")
                  .text("SINCE", "since"));
    }
  }

  @Command(description = "Show every move of a replica.")
  static final class History extends ApiCommand {

    @Parameters(paramLabel = "REPLICA", description = "The replica.")
    private ReplicaName name;

    History(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session()
          .print(
              api.get("/replicas/" + name + "/history"),
              new Table()
                  .text("AT", "at")
                  .text("FROM", "from")
                  .text("TO", "to")
                  .text("ACTOR", "actor")
                  .text("REASON", "reason"));
    }
  }
}
