/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.allocation.RequestKey;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette allocate}. */
@Command(description = "Hand a ready replica to a server.")
final class AllocateCommand extends ApiCommand {

  @Parameters(paramLabel = "SERVER", description = "Who gets it.")
  private ServerName server;

  @Option(names = "--tenant", paramLabel = "T", required = true, description = "For whom.")
  private TenantName tenant;

  @Option(names = "--image", paramLabel = "I", required = true, description = "Of which image.")
  private ImageName image;

  @Option(
      names = "--make",
      description = "Make a replica there and then if none is ready, instead of saying so.")
  private boolean make;

  @Option(
      names = "--request-key",
      paramLabel = "K",
      description = "By what this request is known: sent again within a day, it is not done again.")
  private RequestKey requestKey;

  AllocateCommand(Session session) {
    super(session);
  }

  @Override
  void run(ApiClient api) throws ApiException, CommandFailure {
    Map<String, Object> body =
        Map.of(
            "server", server.value(),
            "tenant", tenant.value(),
            "image", image.value(),
            "make", make);
    session().print(api.post("/allocations", body, Optional.ofNullable(requestKey)), new Details());
  }
}
