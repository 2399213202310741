/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.cli.PathCommand.Named;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.appliance.config.ByteSize;
import io.lunette.core.array.ArrayName;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.VolumeName;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette volume}: volumes by hand. */
final class VolumeCommands {

  private VolumeCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("Volumes by hand.")
        .addSubcommand("create", new Create(session))
        .addSubcommand("clone", new Clone(session))
        .addSubcommand("seal", new Seal(session))
        .addSubcommand("snapshot", new Snapshot(session))
        .addSubcommand("rollback", new Rollback(session))
        .addSubcommand("resize", new Resize(session))
        .addSubcommand("erase", new Erase(session))
        .addSubcommand(
            "delete",
            PathCommand.remove(
                session,
                "Delete a volume.",
                "/volumes",
                Named.name(VolumeName.class, "The volume.")))
        .addSubcommand(
            "list",
            PathCommand.list(
                session,
                "List volumes, those of images and replicas among them.",
                "/volumes",
                new Table()
                    .text("NAME", "name")
                    .size("SIZE", "sizeBytes")
                    .size("HOLDS", "allocatedBytes")
                    .text("STATE", "state")
                    .text("ENCRYPTED", "encrypted")
                    .text("ORIGIN", "origin")))
        .addSubcommand("map", new VolumeAccessCommands.Map(session))
        .addSubcommand("unmap", new VolumeAccessCommands.Unmap(session))
        .addSubcommand("import", new VolumeAccessCommands.Import(session))
        .addSubcommand("export", new VolumeAccessCommands.Export(session));
  }

  @Command(description = "Create a volume that reads as zeroes.")
  static final class Create extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "What to call it.")
    private VolumeName name;

    @Option(names = "--size", paramLabel = "S", required = true, description = "Its size.")
    private ByteSize size;

    @Option(
        names = "--block-size",
        paramLabel = "512|4096",
        description = "Its logical block (512), which it and its clones keep.")
    private int blockBytes = 512;

    @Option(names = "--encrypt", description = "Give it a key of its own.")
    private boolean encrypt;

    @Option(names = "--array", paramLabel = "A", description = "Make it on that array.")
    private ArrayName array;

    Create(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name.value());
      body.put("sizeBytes", size.bytes());
      body.put("blockBytes", blockBytes);
      body.put("encrypt", encrypt);
      if (array != null) {
        body.put("array", array.value());
      }
      session().print(api.post("/volumes", body), new Details());
    }
  }

  @Command(description = "Clone a sealed volume.")
  static final class Clone extends ApiCommand {

    @Parameters(index = "0", paramLabel = "SRC", description = "The sealed volume.")
    private VolumeName source;

    @Parameters(index = "1", paramLabel = "NAME", description = "What to call the clone.")
    private VolumeName name;

    @Option(names = "--full", description = "A full physical copy.")
    private boolean full;

    @Option(
        names = "--encrypt",
        description = "Give it a key of its own, as clones of encrypted volumes have anyway.")
    private boolean encrypt;

    Clone(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = Map.of("name", name.value(), "full", full, "encrypt", encrypt);
      String path = "/volumes/" + source + "/clones";
      session()
          .print(
              full ? new JobWait(session(), api).post(path, body) : api.post(path, body),
              new Details());
    }
  }

  @Command(description = "Make a volume immutable for ever, so that it can be cloned.")
  static final class Seal extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The volume.")
    private VolumeName name;

    Seal(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.post("/volumes/" + name + "/seal", Map.of()), new Details());
    }
  }

  @Command(description = "Freeze the content of a volume under a new name.")
  static final class Snapshot extends ApiCommand {

    @Parameters(index = "0", paramLabel = "SRC", description = "The volume.")
    private VolumeName source;

    @Parameters(index = "1", paramLabel = "NAME", description = "What to call the snapshot.")
    private VolumeName name;

    Snapshot(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = Map.of("name", name.value());
      session().print(api.post("/volumes/" + source + "/snapshots", body), new Details());
    }
  }

  @Command(description = "Set a volume back to one of its snapshots.")
  static final class Rollback extends ApiCommand {

    @Parameters(index = "0", paramLabel = "NAME", description = "The volume.")
    private VolumeName name;

    @Parameters(index = "1", paramLabel = "SNAPSHOT", description = "The snapshot.")
    private VolumeName snapshot;

    Rollback(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = Map.of("snapshot", snapshot.value());
      session().print(api.post("/volumes/" + name + "/rollback", body), new Details());
    }
  }

  @Command(description = "Change the size of a volume.")
  static final class Resize extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The volume.")
    private VolumeName name;

    @Option(names = "--size", paramLabel = "S", required = true, description = "Its new size.")
    private ByteSize size;

    Resize(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = Map.of("sizeBytes", size.bytes());
      session().print(api.put("/volumes/" + name + "/size", body), new Details());
    }
  }

  @Command(description = "Erase what was written to a volume, verified; it keeps its name.")
  static final class Erase extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The volume.")
    private VolumeName name;

    @Option(
        names = "--method",
        paramLabel = "M",
        description =
            "zero-fill (default) and overwrite remove the bytes where the pool is overwritten in"
                + " place; write-zeroes and discard may only hide them; crypto destroys the key of an encrypted volume, then zero-fills.")
    private EraseMethod method;

    @Option(
        names = "--passes",
        paramLabel = "N",
        description = "Passes of an overwrite before the zeroes (default 1).")
    private Integer passes;

    @Option(
        names = "--pattern",
        paramLabel = "HH",
        description = "Byte of its first pass (default ff); the passes after it take turns.")
    private String pattern;

    @Option(
        names = "--verify",
        paramLabel = "all|none|N%",
        description = "How much is read back from the device (default all).")
    private String verify;

    @Option(names = "--seed", paramLabel = "N", description = "Chooses the share to read back.")
    private Integer seed;

    Erase(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      put(body, "method", method == null ? null : method.name());
      put(body, "passes", passes);
      put(body, "pattern", pattern);
      put(body, "verify", verify);
      put(body, "seed", seed);
      String path = "/volumes/" + name + "/erase";
      session().print(new JobWait(session(), api).post(path, body), new Details());
    }

    private static void put(Map<String, Object> body, String field, Object value) {
      if (value != null) {
        body.put(field, value);
      }
    }
  }
}
