/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.cli.PathCommand.Named;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.core.image.ImageName;
import io.lunette.core.tenant.TenantName;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette group} and {@code lunette balancer}: servers where the load is. */
final class BalancerCommands {

  private BalancerCommands() {}

  static CommandLine groups(Session session) {
    return Commands.group("Groups: the servers of one tenant that run one image.")
        .addSubcommand("set", new SetGroup(session))
        .addSubcommand(
            "list",
            PathCommand.list(
                session,
                "List groups.",
                "/groups",
                new Table()
                    .text("NAME", "name")
                    .text("TENANT", "tenant")
                    .text("IMAGE", "image")
                    .number("MIN", "min")
                    .number("MAX", "max")
                    .number("PRIORITY", "priority")
                    .text("METRIC", "metric")
                    .number("TARGET", "target")
                    .number("HYSTERESIS(%)", "hysteresisPercent")
                    .number("COOLING(s)", "coolingSeconds")))
        .addSubcommand(
            "remove",
            PathCommand.remove(
                session,
                "Forget a group; its servers keep what they hold.",
                "/groups",
                Named.name(String.class, "The group.")));
  }

  static CommandLine balancer(Session session) {
    return Commands.group("Moves servers between groups by their load.")
        .addSubcommand("plan", new Plan(session))
        .addSubcommand("run", new Run(session))
        .addSubcommand("set", new Settings(session))
        .addSubcommand("enable", new Enable(session))
        .addSubcommand("disable", new Disable(session))
        .addSubcommand("status", new Status(session));
  }

  private static void put(Map<String, Object> body, String field, Object value) {
    if (value != null) {
      body.put(field, value);
    }
  }

  /** Moves as a table, then the notes, a line each. */
  private static String render(JsonNode plan) {
    StringBuilder text =
        new StringBuilder(
            new Table()
                .text("SERVER", "server")
                .text("FROM", "from")
                .text("TO", "to")
                .text("CAUSE", "cause")
                .text("REASON", "reason")
                .render(plan.path("moves")));
    plan.path("notes").forEach(note -> text.append("note: ").append(note.asText()).append('\n'));
    return text.toString();
  }

  @Command(description = "Make a group or change its policy; what is not said stays.")
  static final class SetGroup extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The group.")
    private String name;

    @Option(names = "--tenant", paramLabel = "T", description = "Whose servers.")
    private TenantName tenant;

    @Option(names = "--image", paramLabel = "I", description = "What they run.")
    private ImageName image;

    @Option(names = "--min", paramLabel = "N", description = "Never fewer by a move (0).")
    private Integer min;

    @Option(names = "--max", paramLabel = "N", description = "Never more by a move (1).")
    private Integer max;

    @Option(
        names = "--priority",
        paramLabel = "N",
        description = "May take servers from groups of a smaller one (0).")
    private Integer priority;

    @Option(
        names = "--metric",
        paramLabel = "M",
        description = "The number that says how busy a server is, for example cpu, target.iops.")
    private String metric;

    @Option(names = "--target", paramLabel = "X", description = "What its mean should be.")
    private Double target;

    @Option(
        names = "--hysteresis",
        paramLabel = "PERCENT",
        description = "How far it may be off before servers are moved (20).")
    private Double hysteresis;

    @Option(
        names = "--cooling",
        paramLabel = "D",
        description = "How long nothing is moved for its load after a change (5m).")
    private String cooling;

    SetGroup(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      put(body, "tenant", tenant == null ? null : tenant.value());
      put(body, "image", image == null ? null : image.value());
      put(body, "min", min);
      put(body, "max", max);
      put(body, "priority", priority);
      put(body, "metric", metric);
      put(body, "target", target);
      put(body, "hysteresisPercent", hysteresis);
      put(body, "cooling", cooling);
      session().print(api.put("/groups/" + name, body), new Details());
    }
  }

  @Command(description = "Say which moves it would make now, and why; move nothing.")
  static final class Plan extends ApiCommand {

    Plan(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.get("/balancer/plan"), BalancerCommands::render);
    }
  }

  @Command(description = "Make these moves once; they end in the background.")
  static final class Run extends ApiCommand {

    Run(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.post("/balancer/run", Map.of()), BalancerCommands::render);
    }
  }

  @Command(description = "Set how often it looks, and how much it may do at one time.")
  static final class Settings extends ApiCommand {

    @Option(
        names = "--max-moves",
        paramLabel = "N",
        description = "How many moves may be under way at one time (2).")
    private Integer maxMoves;

    @Option(names = "--interval", paramLabel = "D", description = "How often it looks (30s).")
    private String interval;

    Settings(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      put(body, "maxMoves", maxMoves);
      put(body, "interval", interval);
      session().print(api.put("/balancer", body), new BalancerRendering());
    }
  }

  @Command(description = "Let it move servers by itself.")
  static final class Enable extends Switch {

    Enable(Session session) {
      super(session, true);
    }
  }

  @Command(description = "Have it move nothing by itself; moves under way end.")
  static final class Disable extends Switch {

    Disable(Session session) {
      super(session, false);
    }
  }

  private abstract static class Switch extends ApiCommand {

    private final boolean enabled;

    Switch(Session session, boolean enabled) {
      super(session);
      this.enabled = enabled;
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.put("/balancer", Map.of("enabled", enabled)), new BalancerRendering());
    }
  }

  @Command(description = "Show groups as they are, the free pool, and whether it is enabled.")
  static final class Status extends ApiCommand {

    Status(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      session().print(api.get("/balancer"), new BalancerRendering());
    }
  }
}
