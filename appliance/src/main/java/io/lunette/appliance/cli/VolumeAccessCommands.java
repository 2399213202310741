/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.ImageFormat;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.array.ArrayName;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of {@code lunette volume} that let somebody at a volume's content. */
final class VolumeAccessCommands {

  private VolumeAccessCommands() {}

  @Command(description = "Make a volume visible to a server.")
  static final class Map extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The volume.")
    private VolumeName name;

    @Option(names = "--server", paramLabel = "S", required = true, description = "Who sees it.")
    private ServerName server;

    @Option(names = "--lun", paramLabel = "N", description = "Its LUN; else the lowest free one.")
    private Integer lun;

    @Option(names = "--read-only", description = "Refuse writes.")
    private boolean readOnly;

    Map(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      java.util.Map<String, Object> body = new LinkedHashMap<>();
      body.put("server", server.value());
      body.put("lun", lun);
      body.put("readOnly", readOnly);
      session().print(api.post("/volumes/" + name + "/mappings", body), new Details());
    }
  }

  @Command(description = "Take a volume from a server.")
  static final class Unmap extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The volume.")
    private VolumeName name;

    @Option(names = "--server", paramLabel = "S", required = true, description = "Who sees it.")
    private ServerName server;

    Unmap(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException {
      api.delete("/volumes/" + name + "/mappings/" + server);
    }
  }

  @Command(description = "Copy a file into a new volume; zeroes take no space.")
  static final class Import extends ApiCommand {

    @Parameters(index = "0", paramLabel = "NAME", description = "What to call the volume.")
    private VolumeName name;

    @Parameters(index = "1", paramLabel = "FILE", description = "The file.")
    private Path file;

    @Option(names = "--format", paramLabel = "raw|qcow2", description = "Format of FILE (raw).")
    private ImageFormat format;

    @Option(names = "--array", paramLabel = "A", description = "Make it on that array.")
    private ArrayName array;

    Import(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Path source = ImageCommands.readable(file);
      java.util.Map<String, Object> body = body(source, format);
      if (array != null) {
        body.put("array", array.value());
      }
      copy(session(), api, "/volumes/" + name + "/import", body);
    }
  }

  @Command(description = "Copy a volume into a new sparse file.")
  static final class Export extends ApiCommand {

    @Parameters(index = "0", paramLabel = "NAME", description = "The volume.")
    private VolumeName name;

    @Parameters(index = "1", paramLabel = "FILE", description = "The file to make.")
    private Path file;

    @Option(names = "--format", paramLabel = "raw|qcow2", description = "Format of FILE (raw).")
    private ImageFormat format = ImageFormat.RAW;

    Export(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Path copy = file.toAbsolutePath().normalize();
      copy(session(), api, "/volumes/" + name + "/export", body(copy, format));
    }
  }

  private static java.util.Map<String, Object> body(Path file, ImageFormat format) {
    java.util.Map<String, Object> body = new LinkedHashMap<>();
    body.put("file", file.toString());
    if (format != null) {
      body.put("format", format.name().toLowerCase(Locale.ROOT));
    }
    return body;
  }

  private static void copy(
      Session session, ApiClient api, String path, java.util.Map<String, Object> body)
      throws ApiException, CommandFailure {
    session.print(new JobWait(session, api).post(path, body), new Details());
  }
}
