/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.server.ServerName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lunette release}. */
@Command(description = "Take a server's replica back; it has lost the LUN when this returns.")
final class ReleaseCommand extends ApiCommand {

  @Parameters(paramLabel = "SERVER", description = "Who has it.")
  private ServerName server;

  ReleaseCommand(Session session) {
    super(session);
  }

  @Override
  void run(ApiClient api) throws ApiException, CommandFailure {
    session().print(api.delete("/allocations/" + server), new Details());
  }
}
