/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.cli.PathCommand.Named;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.smis.provider.account.AccountName;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette smis}: the appliance as an SMI-S array. */
final class SmisCommands {

  private SmisCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("The appliance as an SMI-S array.")
        .addSubcommand("user", new User(session))
        .addSubcommand(
            "list",
            PathCommand.list(
                session,
                "List the accounts.",
                "/smis/users",
                new Table().text("NAME", "name").text("ROLE", "role").text("CREATED", "created")))
        .addSubcommand(
            "remove",
            PathCommand.remove(
                session,
                "Take an account away; it is refused at once.",
                "/smis/users",
                Named.name(AccountName.class, "The account.")))
        .addSubcommand(
            "show",
            PathCommand.show(
                session, "Say where it listens, and the certificate to trust.", "/smis"));
  }

  @Command(description = "Let somebody use SMI-S, or change the password or the role.")
  static final class User extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The account.")
    private AccountName name;

    @Option(
        names = "--password-file",
        paramLabel = "F",
        required = true,
        description = "File with the password.")
    private Path passwordFile;

    @Option(
        names = "--role",
        paramLabel = "R",
        description = "read, to look only, or operate (operate).")
    private String role;

    User(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name.value());
      body.put("password", new SecretFile(session()).read(passwordFile));
      body.put("role", role);
      session().print(api.post("/smis/users", body), new Details());
    }
  }
}
