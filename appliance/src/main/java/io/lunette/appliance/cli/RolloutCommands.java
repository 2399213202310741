/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.cli.PathCommand.Named;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.BootPolicy;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette rollout}: how far a new version of an image has come. */
final class RolloutCommands {

  private RolloutCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("New versions of images on their way to servers.")
        .addSubcommand(
            "show",
            PathCommand.show(
                session,
                "Show which servers run which version, and which are pending.",
                "/rollouts",
                new Named(ImageName.class, "IMAGE", "The image."),
                RolloutCommands::render))
        .addSubcommand("set", new Set(session));
  }

  private static String render(JsonNode rollout) {
    return "image "
        + rollout.path("image").asText()
        + (rollout.path("current").isNumber()
            ? ", current version " + rollout.path("current").asText()
            : ", no version published")
        + ", "
        + ready(rollout.path("ready").asInt())
        + " ready, boot "
        + rollout.path("boot").asText()
        + "\nservers by version: "
        + versions(rollout.path("versions"))
        + "; "
        + rollout.path("pending").asText()
        + " pending\n"
        + new Table()
            .text("SERVER", "server")
            .text("TENANT", "tenant")
            .number("VERSION", "version")
            .text("BOOT", "boot")
            .text("NEXT", "next")
            .render(rollout.path("servers"));
  }

  private static String ready(int replicas) {
    return replicas == 1 ? "1 replica" : replicas + " replicas";
  }

  private static String versions(JsonNode versions) {
    return versions.isEmpty()
        ? "none"
        : versions
            .propertyStream()
            .map(each -> each.getValue().asText() + " on " + each.getKey())
            .collect(joining(", "));
  }

  @Command(description = "Set what a boot over the network does with replicas of an image.")
  static final class Set extends ApiCommand {

    @Parameters(paramLabel = "IMAGE", description = "The image.")
    private ImageName image;

    @Option(
        names = "--boot",
        paramLabel = "P",
        required = true,
        description =
            "persistent keeps them, stateless exchanges those of other versions (of a split image"
                + " the shared portion alone), fresh always.")
    private BootPolicy boot;

    Set(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session()
          .print(
              api.put("/rollouts/" + image, Map.of("boot", boot.label())), RolloutCommands::render);
    }
  }
}
