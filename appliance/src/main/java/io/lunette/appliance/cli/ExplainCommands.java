/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.appliance.config.ByteSize;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lunette explain}: why things are as they are. */
final class ExplainCommands {

  private ExplainCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("Why things are as they are.")
        .addSubcommand("space", new SpaceHolders(session));
  }

  @Command(
      description = {
        "Show which layers hold the space of the pool, and which volumes stand on them.",
        "What a deleted image holds stays for as long as a clone of it does."
      })
  static final class SpaceHolders extends ApiCommand {

    @Option(
        names = "--limit",
        paramLabel = "N",
        defaultValue = "20",
        description = "Show so many layers, those that hold most (default ${DEFAULT-VALUE}).")
    private int limit;

    SpaceHolders(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.get("/space/layers?limit=" + limit), SpaceHolders::render);
    }

    private static String render(JsonNode space) {
      String layers =
          new Table()
              .number("LAYER", "layer")
              .size("HOLDS", "bytes")
              .cell("OF", false, SpaceHolders::top)
              .number("VOLUMES", "volumeCount")
              .cell("WHICH", false, SpaceHolders::which)
              .render(space.path("layers"));
      return layers + sum(space);
    }

    private static String top(JsonNode layer) {
      return layer.path("top").isNull() ? "(deleted)" : layer.path("top").asText();
    }

    private static String which(JsonNode layer) {
      JsonNode volumes = layer.path("volumes");
      String names =
          StreamSupport.stream(volumes.spliterator(), false)
              .map(JsonNode::asText)
              .collect(joining(", "));
      return layer.path("volumeCount").asLong() > volumes.size() ? names + ", ..." : names;
    }

    private static String sum(JsonNode space) {
      String others =
          space.path("moreLayers").asLong() == 0
              ? ""
              : "; "
                  + space.path("moreLayers").asText()
                  + " other layers hold "
                  + size(space, "moreBytes");
      return size(space, "ownedBytes") + " owned" + others + "\n";
    }

    private static String size(JsonNode space, String field) {
      return new ByteSize(space.path(field).asLong()).forPeople();
    }
  }
}
