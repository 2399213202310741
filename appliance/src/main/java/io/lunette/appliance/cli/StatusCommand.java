/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import picocli.CommandLine.Command;

/** {@code lunette status}. */
@Command(description = "Show capacity, pools, sessions, jobs and alerts.")
final class StatusCommand extends ApiCommand {

  StatusCommand(Session session) {
    super(session);
  }

  @Override
  void run(ApiClient api) throws ApiException, CommandFailure {
    session().print(api.get("/status"), new StatusRendering());
  }
}
