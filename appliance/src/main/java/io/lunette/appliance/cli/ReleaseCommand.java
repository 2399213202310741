/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.allocation.RequestKey;
import io.lunette.core.server.ServerName;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette release}. */
@Command(description = "Take a server's replica back; it has lost the LUN when this returns.")
final class ReleaseCommand extends ApiCommand {

  @Parameters(paramLabel = "SERVER", description = "Who has it.")
  private ServerName server;

  @Option(
      names = "--request-key",
      paramLabel = "K",
      description = "By what this request is known: sent again within a day, it is not done again.")
  private RequestKey requestKey;

  ReleaseCommand(Session session) {
    super(session);
  }

  @Override
  void run(ApiClient api) throws ApiException, CommandFailure {
    session()
        .print(
            api.delete("/allocations/" + server, Optional.ofNullable(requestKey)), new Details());
  }
}
