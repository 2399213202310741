/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.ImageFormat;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.image.ImageName;
import io.lunette.core.tenant.TenantName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette image}: master images. */
final class ImageCommands {

  private ImageCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("Master images.")
        .addSubcommand("import", new Import(session))
        .addSubcommand("list", new ListAll(session))
        .addSubcommand("delete", new Delete(session));
  }

  @Command(description = "Import a disk image; holes and zeroes take no space.")
  static final class Import extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "What to call the image.")
    private ImageName name;

    @Parameters(
        paramLabel = "FILE",
        description = "The disk image; a raw one has a multiple of 512 bytes.")
    private Path file;

    @Option(names = "--tenant", paramLabel = "T", description = "The only tenant to have it.")
    private TenantName tenant;

    @Option(names = "--format", paramLabel = "raw|qcow2", description = "Format of FILE.")
    private ImageFormat format = ImageFormat.RAW;

    Import(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name.value());
      body.put("file", readable(file).toString());
      body.put("format", format.name().toLowerCase(Locale.ROOT));
      if (tenant != null) {
        body.put("tenant", tenant.value());
      }
      JsonNode image =
          new JobWait(session(), Pause.sleeping()).await(api, api.post("/images", body));
      session().print(image, new Details());
    }
  }

  @Command(description = "List images.")
  static final class ListAll extends ApiCommand {

    ListAll(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session()
          .print(
              api.get("/images"),
              new Table()
                  .text("NAME", "name")
                  .text("TENANT", "tenant")
                  .text("STATE", "state")
                  .size("SIZE", "sizeBytes")
                  .text("CREATED", "created")
                  .text("SHA256", "sha256"));
    }
  }

  @Command(description = "Delete an image that no server uses.")
  static final class Delete extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The image.")
    private ImageName name;

    Delete(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException {
      api.delete("/images/" + name);
    }
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
