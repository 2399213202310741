/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.image.ImageName;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette pool}: replica pools, and pool files offline. */
final class PoolCommands {

  private PoolCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("Replica pools; 'check' and 'dump' look at a pool file offline.")
        .addSubcommand("set", new Set(session))
        .addSubcommand("list", new ListAll(session))
        .addSubcommand("create", new PoolCreateCommand(session))
        .addSubcommand("grow", new PoolGrowCommand(session))
        .addSubcommand("check", new PoolFileCommands.Check(session))
        .addSubcommand("dump", new PoolFileCommands.Dump(session));
  }

  private static Table table() {
    return new Table()
        .text("IMAGE", "image")
        .number("READY", "ready")
        .number("BUILDING", "building")
        .number("ALLOCATED", "allocated")
        .number("RETURNED", "returned")
        .number("SCRUBBING", "scrubbing")
        .number("QUARANTINED", "quarantined")
        .number("FAILED", "failed")
        .number("KEEP", "policy/ready")
        .number("LOW", "policy/low")
        .number("THRESHOLD", "policy/scrubThreshold")
        .number("AGE(s)", "policy/scrubAgeSeconds")
        .text("METHOD", "policy/scrubMethod")
        .text("TROUBLE", "trouble");
  }

  @Command(description = "Set how many replicas of an image are kept ready, and when to scrub.")
  static final class Set extends ApiCommand {

    @Parameters(paramLabel = "IMAGE", description = "The image.")
    private ImageName image;

    @Option(names = "--ready", paramLabel = "N", description = "Replicas to keep ready.")
    private Integer ready;

    @Option(names = "--low", paramLabel = "N", description = "Refill when fewer are ready.")
    private Integer low;

    @Option(
        names = "--scrub-threshold",
        paramLabel = "N",
        description = "Scrub when so many have been returned; 1 is at once.")
    private Integer scrubThreshold;

    @Option(
        names = "--scrub-age",
        paramLabel = "D",
        description = "Scrub when one has waited so long, for example 15m.")
    private Duration scrubAge;

    @Option(
        names = "--scrub-method",
        paramLabel = "M",
        description =
            "How a returned replica is erased: zero-fill (what holds until one is set), overwrite,"
                + " write-zeroes, discard or crypto; always verified whole.")
    private String scrubMethod;

    @Option(
        names = "--scrub-passes",
        paramLabel = "N",
        description = "Passes of an overwrite before the zeroes (default 1).")
    private Integer scrubPasses;

    @Option(
        names = "--scrub-pattern",
        paramLabel = "XX",
        description = "Byte of an overwrite's first pass in hexadecimal (default ff).")
    private String scrubPattern;

    Set(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("ready", ready);
      body.put("low", low);
      body.put("scrubThreshold", scrubThreshold);
      body.put("scrubAge", scrubAge == null ? null : scrubAge.toSeconds() + "s");
      body.put("scrubMethod", scrubMethod);
      body.put("scrubPasses", scrubPasses);
      body.put("scrubPattern", scrubPattern);
      session().print(api.put("/pools/" + image, body), new Details());
    }
  }

  @Command(description = "List the replica pools.")
  static final class ListAll extends ApiCommand {

    ListAll(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.get("/pools"), table());
    }
  }
}
