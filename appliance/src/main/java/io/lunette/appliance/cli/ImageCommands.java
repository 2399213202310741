/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.ImageFormat;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.array.ArrayName;
import io.lunette.core.image.ImageLabels;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.tenant.TenantName;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lunette image}: master images and their versions. */
final class ImageCommands {

  private static final String REF = "NAME[:V]";

  private ImageCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("Master images and their versions.")
        .addSubcommand("import", new Import(session))
        .addSubcommand("compose", new ImageComposeCommands.Compose(session))
        .addSubcommand("rebuild", new ImageComposeCommands.Rebuild(session))
        .addSubcommand("list", new ListAll(session))
        .addSubcommand("show", new Show(session))
        .addSubcommand("publish", new Publish(session))
        .addSubcommand("retire", new Retire(session))
        .addSubcommand("set", new ImageSetCommand(session))
        .addSubcommand("personality", new ImagePersonalityCommand(session))
        .addSubcommand("export", new Export(session))
        .addSubcommand("delete", new Delete(session));
  }

  @Command(
      description =
          "Import a disk image as the first or the next version; holes and zeroes take no space.")
  static final class Import extends ApiCommand {

    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "NAME", description = "What to call the image.")
    private ImageName name;

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "FILE",
        description = "The disk image; a raw one has a multiple of 512 bytes.")
    private Path file;

    @Option(
        names = "--split-at",
        paramLabel = "N",
        description = "Partition N, the last one, is the writable portion; the rest is shared.")
    private Integer splitAt;

    @Option(
        names = "--shared",
        paramLabel = "FILE",
        description = "The portion that all servers share, with --writable.")
    private Path shared;

    @Option(
        names = "--writable",
        paramLabel = "FILE",
        description = "What each server has of its own, with --shared.")
    private Path writable;

    @Option(names = "--tenant", paramLabel = "T", description = "The only tenant to have it.")
    private TenantName tenant;

    @Option(names = "--format", paramLabel = "raw|qcow2", description = "Format of FILE (raw).")
    private ImageFormat format;

    @Option(names = "--stage", description = "Do not make it the current version.")
    private boolean stage;

    @Option(names = "--label", paramLabel = "K=V", description = "A label; may be repeated.")
    private List<ImageLabels> labels = List.of();

    @Option(
        names = "--array",
        paramLabel = "A",
        description = "Keep it, and its replicas, on that array.")
    private ArrayName array;

    Import(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name.value());
      putFiles(body);
      if (format != null) {
        body.put("format", label(format));
      }
      body.put("stage", stage);
      body.put("labels", all(labels));
      if (tenant != null) {
        body.put("tenant", tenant.value());
      }
      if (array != null) {
        body.put("array", array.value());
      }
      JsonNode image = new JobWait(session(), api).post("/images", body);
      sayIfUnchanged(session(), image);
      session().print(image, new Details());
    }

    private void putFiles(Map<String, Object> body) throws CommandFailure {
      boolean split = shared != null && writable != null && file == null && splitAt == null;
      boolean one = file != null && shared == null && writable == null;
      if (!split && !one) {
        throw new ParameterException(
            spec.commandLine(),
            "say FILE, or FILE and --split-at, or --shared FILE and --writable FILE");
      }
      body.put("file", readable(split ? writable : file).toString());
      if (split) {
        body.put("sharedFile", readable(shared).toString());
      }
      if (splitAt != null) {
        body.put("splitAt", splitAt);
      }
    }
  }

  @Command(description = "List images and their versions.")
  static final class ListAll extends ApiCommand {

    @Option(names = "--label", paramLabel = "K=V", description = "Only those; may be repeated.")
    private List<ImageLabels> labels = List.of();

    ListAll(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      String query =
          all(labels).entrySet().stream()
              .map(label -> label.getKey() + "=" + label.getValue())
              .map(label -> "label=" + URLEncoder.encode(label, StandardCharsets.UTF_8))
              .collect(Collectors.joining("&"));
      session()
          .print(
              api.list(query.isEmpty() ? "/images" : "/images?" + query),
              new Table()
                  .text("NAME", "name")
                  .number("VERSION", "version")
                  .mark("CURRENT", "current")
                  .text("TENANT", "tenant")
                  .text("STATE", "state")
                  .size("SIZE", "sizeBytes")
                  .text("CREATED", "created")
                  .text("SHA256", "sha256"));
    }
  }

  @Command(description = "Show all that is known of a version.")
  static final class Show extends OfOne {

    Show(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.get(path()), new Details());
    }
  }

  @Command(description = "Make a version, newer or older, the one that new replicas are made of.")
  static final class Publish extends OfOne {

    Publish(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.post(path() + "/publish", Map.of()), new Details());
    }
  }

  @Command(description = "Make no more replicas of a version; it goes with the last of them.")
  static final class Retire extends OfOne {

    Retire(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.post(path() + "/retire", Map.of()), new Details());
    }
  }

  @Command(description = "Write a version to a new file.")
  static final class Export extends OfOne {

    @Parameters(index = "1", paramLabel = "FILE", description = "The file to make.")
    private Path file;

    @Option(names = "--format", paramLabel = "raw|qcow2", description = "Format of FILE.")
    private ImageFormat format = ImageFormat.RAW;

    @Option(names = "--shared", description = "The shared portion of a split image.")
    private boolean shared;

    Export(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body =
          Map.of(
              "file",
              file.toAbsolutePath().normalize().toString(),
              "format",
              label(format),
              "shared",
              shared);
      session().print(new JobWait(session(), api).post(path() + "/export", body), new Details());
    }
  }

  @Command(description = "Delete a version, or a whole image, that no server uses.")
  static final class Delete extends OfOne {

    Delete(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException {
      api.delete(path());
    }
  }

  /** A command on one image. */
  abstract static class OfOne extends ApiCommand {

    @Parameters(
        index = "0",
        paramLabel = REF,
        description = "The image: NAME, which is the current version, or NAME:VERSION.")
    private ImageRef image;

    OfOne(Session session) {
      super(session);
    }

    final String path() {
      return "/images/" + image;
    }
  }

  static void sayIfUnchanged(Session session, JsonNode image) {
    if (image.path("unchanged").asBoolean()) {
      session
          .err()
          .println(
              "unchanged: "
                  + image.path("name").asText()
                  + ":"
                  + image.path("version").asInt()
                  + " holds the same; no new version was made");
      session.err().flush();
    }
  }

  private static String label(ImageFormat format) {
    return format.name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, String> all(List<ImageLabels> labels) {
    Map<String, String> all = new LinkedHashMap<>();
    labels.forEach(each -> all.putAll(each.values()));
    return all;
  }

  /** A file's absolute path, if it can be read. */
  static Path readable(Path file) throws CommandFailure {
    if (!Files.exists(file)) {
      throw new CommandFailure("no file " + file);
    }
    if (Files.isDirectory(file)) {
      throw new CommandFailure(file + " is a directory");
    }
    if (!Files.isReadable(file)) {
      throw new CommandFailure("file " + file + " cannot be read: permission denied");
    }
    return file.toAbsolutePath().normalize();
  }
}
