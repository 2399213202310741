/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.netty.handler.codec.http.QueryStringEncoder;
import java.time.Instant;
import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lunette audit}: who did what to which. */
final class AuditCommands {

  private AuditCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("The audit trail: who did what to which.")
        .addSubcommand("list", new ListEntries(session));
  }

  @Command(description = "List what was done, newest first.")
  static final class ListEntries extends ApiCommand {

    @Option(names = "--actor", paramLabel = "WHO", description = "Only what this one did.")
    private String actor;

    @Option(
        names = "--action",
        paramLabel = "WHAT",
        description = "Only this action, server.add, or server for all actions on servers.")
    private String action;

    @Option(
        names = "--subject",
        paramLabel = "NAME",
        description = "Only what was done to this thing.")
    private String subject;

    @Option(
        names = "--since",
        paramLabel = "T",
        description = "Only from this time on: 2026-11-26T12:00:00Z, or how long ago, 90s, 2h.")
    private AuditTime since;

    @Option(names = "--until", paramLabel = "T", description = "Only before this time.")
    private AuditTime until;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many (100).")
    private int limit = 100;

    ListEntries(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      if (limit < 1) {
        throw new CommandFailure("--limit is " + limit + ": use 1 or more");
      }
      Instant now = InstantSource.system().instant();
      QueryStringEncoder path = new QueryStringEncoder("/audit");
      path.addParam("limit", Integer.toString(Math.min(limit, 1000)));
      add(path, "actor", actor);
      add(path, "action", action);
      add(path, "subject", subject);
      add(path, "since", since == null ? null : since.at(now));
      add(path, "until", until == null ? null : until.at(now));
      session()
          .print(
              api.list(path.toString(), limit),
              new Table()
                  .number("NUMBER", "sequence")
                  .text("AT", "at")
                  .text("ACTOR", "actor")
                  .text("ACTION", "action")
                  .text("SUBJECT", "subject")
                  .text("DETAIL", "detail"));
    }

    private static void add(QueryStringEncoder path, String name, Object value) {
      if (value != null) {
        path.addParam(name, value.toString());
      }
    }
  }
}
