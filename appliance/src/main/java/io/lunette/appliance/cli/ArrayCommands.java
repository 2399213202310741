/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.Home;
import io.lunette.appliance.cli.PathCommand.Named;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.array.ArrayName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette array}: foreign arrays that Lunette drives by SMI-S. */
final class ArrayCommands {

  private static final Named ARRAY = Named.name(ArrayName.class, "The array.");

  private ArrayCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("Foreign arrays that Lunette drives by SMI-S.")
        .addSubcommand("add", new Add(session))
        .addSubcommand("discover", new ArrayDiscoverCommand(session))
        .addSubcommand(
            "list",
            PathCommand.list(
                session,
                "List arrays.",
                "/arrays",
                new Table()
                    .text("NAME", "name")
                    .text("URL", "url")
                    .text("STATE", "state")
                    .number("VOLUMES", "volumes")
                    .text("MASKING", "masking")
                    .text("COPIES", "copies")
                    .text("TROUBLE", "trouble")))
        .addSubcommand(
            "show",
            PathCommand.show(
                session,
                "Show an array, what it says of itself and how it is driven.",
                "/arrays",
                ARRAY))
        .addSubcommand(
            "remove",
            PathCommand.remove(
                session, "Forget an array that holds no volume of Lunette's.", "/arrays", ARRAY));
  }

  /** By what the array's certificate is known. */
  static final class Trust {

    @Option(names = "--ca", paramLabel = "F", description = "File with the CA's certificates, PEM.")
    private Path ca;

    @Option(
        names = "--pin",
        paramLabel = "SHA256",
        description = "SHA-256 of the array's certificate itself.")
    private String pin;
  }

  @Command(description = "Register an array; it is connected to before it is kept.")
  static final class Add extends ApiCommand {

    @Parameters(index = "0", paramLabel = "NAME", description = "What to call the array.")
    private ArrayName name;

    @Parameters(
        index = "1",
        paramLabel = "URL",
        description = "Its SMI-S provider: https://HOST[:5989].")
    private String url;

    @Option(names = "--user", paramLabel = "U", required = true, description = "Who to be there.")
    private String user;

    @Option(
        names = "--password-file",
        paramLabel = "F",
        required = true,
        description = "File with the password; it is read at each connection, so keep it there.")
    private Path passwordFile;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Trust trust;

    @Option(
        names = "--system",
        paramLabel = "S",
        description = "Which system, where the provider drives several.")
    private String system;

    @Option(
        names = "--pool",
        paramLabel = "P",
        description = "Which of its pools; otherwise the one with most space.")
    private String pool;

    @Option(
        names = "--listen",
        paramLabel = "H:P",
        description = "Address of this machine at which its indications are awaited.")
    private String listen;

    Add(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      String unused = new SecretFile(session()).read(passwordFile);
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name.value());
      body.put("url", url);
      body.put("user", user);
      body.put("passwordFile", passwordFile.toAbsolutePath().normalize().toString());
      put(body, "pin", trust.pin);
      put(body, "ca", trust.ca == null ? null : read(trust.ca));
      put(body, "system", system);
      put(body, "pool", pool);
      put(body, "listen", listen);
      session().print(api.post("/arrays", body), new Details());
    }

    private static void put(Map<String, Object> body, String field, String value) {
      if (value != null) {
        body.put(field, value);
      }
    }

    private static String read(Path file) throws CommandFailure {
      try {
        return Files.readString(file, StandardCharsets.US_ASCII);
      } catch (IOException e) {
        throw new CommandFailure("cannot read CA file " + file + ": " + Home.reason(e), e);
      }
    }
  }
}
