/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.cli.PathCommand.Named;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.InitiatorName;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette server}: servers and their initiators. */
final class ServerCommands {

  private static final Named SERVER = Named.name(ServerName.class, "The server.");

  private ServerCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("Servers and their initiators.")
        .addSubcommand("add", new Add(session))
        .addSubcommand("set", new Set(session))
        .addSubcommand(
            "show",
            PathCommand.show(session, "Show all that is known of a server.", "/servers", SERVER))
        .addSubcommand("restart", new Restart(session))
        .addSubcommand("load", new ServerLoadCommands.Load(session))
        .addSubcommand("token", new ServerLoadCommands.Token(session))
        .addSubcommand("upgrade", new ServerLoadCommands.Upgrade(session))
        .addSubcommand("moves", new ServerLoadCommands.Moves(session))
        .addSubcommand(
            "list",
            PathCommand.list(
                session,
                "List servers.",
                "/servers",
                new Table()
                    .text("NAME", "name")
                    .text("IQN", "iqn")
                    .text("CHAP USER", "chapUser")
                    .text("CREATED", "created")))
        .addSubcommand("meta", new ServerMetaCommand(session))
        .addSubcommand(
            "remove",
            PathCommand.remove(session, "Forget a server that holds nothing.", "/servers", SERVER));
  }

  /** What the initiator must prove. */
  static final class Chap {

    @Option(names = "--chap-user", paramLabel = "U", required = true, description = "CHAP name.")
    private String user;

    @Option(
        names = "--chap-secret-file",
        paramLabel = "F",
        required = true,
        description = "File with the CHAP secret.")
    private Path secretFile;

    String user() {
      return user;
    }

    Path secretFile() {
      return secretFile;
    }
  }

  @Command(description = "Register a server by the name of its initiator.")
  static final class Add extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "What to call the server.")
    private ServerName name;

    @Option(names = "--iqn", paramLabel = "IQN", required = true, description = "Its initiator.")
    private InitiatorName iqn;

    @ArgGroup(exclusive = false)
    private Chap chap;

    @Mixin private ServerSettings settings;

    Add(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name.value());
      body.put("iqn", iqn.value());
      if (chap != null) {
        body.put("chapUser", chap.user);
        body.put("chapSecret", new SecretFile(session()).read(chap.secretFile));
      }
      settings.addTo(body);
      session().print(api.post("/servers", body), new Details());
    }
  }

  @Command(description = "Change what is known of a server; what is not said stays.")
  static final class Set extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The server.")
    private ServerName name;

    @Mixin private ServerSettings settings;

    @Option(
        names = "--meta",
        paramLabel = "K=V",
        description =
            "A fact, meta.K in the templates of config volumes; may be repeated. Without a value it"
                + " is taken away.")
    private List<KeyValue> meta = List.of();

    Set(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      settings.addTo(body);
      if (!meta.isEmpty()) {
        api.put("/servers/" + name + "/meta", Map.of("meta", KeyValue.all(meta)));
      }
      session().print(api.put("/servers/" + name, body), new Details());
    }
  }

  @Command(description = "Restart a server at once, as 'server set --power' says.")
  static final class Restart extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The server.")
    private ServerName name;

    Restart(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException {
      api.post("/servers/" + name + "/restart", Map.of());
    }
  }
}
