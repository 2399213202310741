/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.server.ServerName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lunette server meta}. */
@Command(description = "Show the facts of a server for the templates of config volumes.")
final class ServerMetaCommand extends ApiCommand {

  @Parameters(paramLabel = "NAME", description = "The server.")
  private ServerName name;

  ServerMetaCommand(Session session) {
    super(session);
  }

  @Override
  void run(ApiClient api) throws ApiException, CommandFailure {
    session().print(api.get("/servers/" + name + "/meta"), new Details());
  }
}
