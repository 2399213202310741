/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.cli.PathCommand.Named;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import java.util.UUID;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lunette job}: long operations, whoever began them. */
final class JobCommands {

  private static final String JOBS = "/jobs";

  private JobCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("Copies, erases, imports and exports: how far they are.")
        .addSubcommand(
            "list",
            PathCommand.list(
                session,
                "List the jobs that run, and those that ended: the last 500, and all of five minutes.",
                JOBS,
                new Table()
                    .text("ID", "id")
                    .text("KIND", "kind")
                    .text("SUBJECT", "subject")
                    .text("STATE", "state")
                    .size("DONE", "doneBytes")
                    .size("OF", "totalBytes")
                    .text("STARTED", "started")))
        .addSubcommand(
            "show",
            PathCommand.show(
                session,
                "Show a job: how far it is, or what came of it.",
                JOBS,
                new Named(UUID.class, "ID", "The job.")))
        .addSubcommand("cancel", new Cancel(session));
  }

  @Command(
      description = {
        "End a job early; waits until it has ended.",
        "What it had made is removed. An erase cannot be cancelled: it goes on to its end."
      })
  static final class Cancel extends ApiCommand {

    @Parameters(paramLabel = "ID", description = "The job.")
    private UUID id;

    Cancel(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      JsonNode asked = api.delete(JOBS + "/" + id);
      JsonNode ended = new JobWait(session(), api).untilEnd(asked);
      String state = JobWait.state(ended);
      if (!state.equals(JobWait.CANCELLED)) {
        throw new CommandFailure("job '" + id + "' ended before it could be cancelled: " + state);
      }
      session().print(ended, new Details());
    }
  }
}
