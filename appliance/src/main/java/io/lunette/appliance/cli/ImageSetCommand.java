/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.image.ImageLabels;
import io.lunette.core.image.ImageRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lunette image set}: labels of a version, templates of a name. */
@Command(description = "Set labels of a version, or the templates of an image's config volumes.")
final class ImageSetCommand extends ApiCommand {

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NAME[:V]",
      description = "The image: NAME, which is the current version, or NAME:VERSION.")
  private ImageRef image;

  @Option(
      names = "--label",
      paramLabel = "K=V",
      description = "A label; may be repeated. Without a value it is taken away.")
  private List<ImageLabels> labels = List.of();

  @Option(
      names = "--personality",
      paramLabel = "FILE",
      description = "Template of user-data; with it every server gets a config volume.")
  private Path userData;

  @Option(
      names = "--network-config",
      paramLabel = "FILE",
      description = "Template of network-config, with --personality.")
  private Path networkConfig;

  @Option(
      names = "--meta-data",
      paramLabel = "FILE",
      description = "Template of more lines of meta-data, with --personality.")
  private Path metaData;

  @Option(names = "--no-personality", description = "No more config volumes.")
  private boolean none;

  ImageSetCommand(Session session) {
    super(session);
  }

  @Override
  void run(ApiClient api) throws ApiException, CommandFailure {
    requireSense();
    if (!labels.isEmpty()) {
      Map<String, String> all = new LinkedHashMap<>();
      labels.forEach(each -> all.putAll(each.values()));
      session()
          .print(api.put("/images/" + image + "/labels", Map.of("labels", all)), new Details());
    }
    String personality = "/images/" + image.name() + "/personality";
    if (none) {
      api.delete(personality);
    } else if (userData != null) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("userData", text(userData));
      if (networkConfig != null) {
        body.put("networkConfig", text(networkConfig));
      }
      if (metaData != null) {
        body.put("metaData", text(metaData));
      }
      session().print(api.put(personality, body), new Details());
    }
  }

  private void requireSense() {
    if (labels.isEmpty() && userData == null && !none) {
      throw wrong("say what to set: --label, --personality or --no-personality");
    }
    if (userData == null && (networkConfig != null || metaData != null)) {
      throw wrong("--network-config and --meta-data need --personality");
    }
    if (userData != null && none) {
      throw wrong("--personality and --no-personality exclude each other");
    }
    if (image.version().isPresent() && (userData != null || none)) {
      throw wrong("a personality belongs to the name, not to a version: use " + image.name());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static String text(Path file) throws CommandFailure {
    Path readable = ImageCommands.readable(file);
    try {
      return Files.readString(readable, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CommandFailure("file " + file + " is not readable as UTF-8 text", e);
    }
  }
}
