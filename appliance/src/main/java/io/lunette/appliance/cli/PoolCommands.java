/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
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
        .addSubcommand(
            "list", PathCommand.list(session, "List the replica pools.", "/pools", table()))
        .addSubcommand("explain", new Explain(session))
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
        .text("KIND", "policy/kind")
        .number("KEEP", "target")
        .number("LOW", "policy/low")
        .number("THRESHOLD", "policy/scrubThreshold")
        .number("AGE(s)", "policy/scrubAgeSeconds")
        .text("METHOD", "policy/scrubMethod")
        .text("TROUBLE", "trouble")
        .text("FORECAST", "forecast/line");
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
                + " write-zeroes, discard or crypto; always verified whole. reformat is zero-fill,"
                + " after which its volume is deleted and laid anew from the image.")
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

    @Option(
        names = "--kind",
        paramLabel = "K",
        description =
            "What its replicas are: dependent (copy-on-write) or independent (full copies).")
    private String kind;

    @Option(
        names = "--max-space",
        paramLabel = "S",
        description =
            "Make no more replicas once the pool's own hold so much; what they share with the image"
                + " does not count. none is no bound.")
    private String maxSpace;

    @Option(
        names = "--forecast",
        paramLabel = "E",
        description =
            "Learn from demand how many to keep ready, so that of all requests at most that share,"
                + " for instance 0.01, finds none. none ends it, and the marks hold.")
    private String forecast;

    @Option(
        names = "--min",
        paramLabel = "N",
        description = "The fewest that a forecast keeps ready (1).")
    private Integer min;

    @Option(
        names = "--max",
        paramLabel = "N",
        description = "The most that a forecast keeps ready (64).")
    private Integer max;

    @Option(
        names = "--scrub-dirty",
        paramLabel = "S",
        description = "Scrub when returned replicas hold so much. none is no such trigger.")
    private String scrubDirty;

    @Option(
        names = "--scrub-hours",
        paramLabel = "H",
        description =
            "Begin scrubs that can wait only in these hours, for instance 22:00-06:00 (UTC) or"
                + " 22:00-06:00@Europe/Berlin. none is at any time.")
    private String scrubHours;

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
      body.put("kind", kind);
      body.put("maxSpace", maxSpace);
      body.put("forecast", share());
      body.put("min", min);
      body.put("max", max);
      body.put("scrubDirty", scrubDirty);
      body.put("scrubHours", scrubHours);
      session().print(api.put("/pools/" + image, body), new Details());
    }

    /** A number as a number; what is none is for the appliance to refuse. */
    private Object share() {
      try {
        return forecast == null ? null : (Object) Double.valueOf(forecast);
      } catch (NumberFormatException e) {
        return forecast;
      }
    }
  }

  @Command(description = "Say how a pool came to the number that it keeps ready.")
  static final class Explain extends ApiCommand {

    @Parameters(paramLabel = "IMAGE", description = "The image.")
    private ImageName image;

    Explain(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.get("/pools/" + image + "/explanation"), Explain::render);
    }

    private static String render(JsonNode explanation) {
      StringBuilder text = new StringBuilder();
      explanation.path("steps").forEach(step -> text.append(step.asText()).append('\n'));
      return text.toString();
    }
  }
}
