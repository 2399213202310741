/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * The subcommands by name. When the command line names one, no other is loaded: that keeps a start
 * short.
 */
final class Commands {

  private final Session session;
  private final Map<String, Supplier<CommandLine>> commands = new LinkedHashMap<>();

  Commands(Session session) {
    this.session = session;
    add("quickstart", () -> new CommandLine(new QuickstartCommand(session)));
    add("serve", () -> new CommandLine(new ServeCommand(session)));
    add("target", () -> new CommandLine(new TargetCommand(session)));
    add("image", () -> ImageCommands.create(session));
    add("pool", () -> PoolCommands.create(session));
    add("replica", () -> ReplicaCommands.create(session));
    add("tenant", () -> TenantCommands.create(session));
    add("server", () -> ServerCommands.create(session));
    add("group", () -> BalancerCommands.groups(session));
    add("balancer", () -> BalancerCommands.balancer(session));
    add("rollout", () -> RolloutCommands.create(session));
    add("allocate", () -> new CommandLine(new AllocateCommand(session)));
    add("release", () -> new CommandLine(new ReleaseCommand(session)));
    add("array", () -> ArrayCommands.create(session));
    add("scrub", () -> ScrubCommands.create(session));
    add("volume", () -> VolumeCommands.create(session));
    add("job", () -> JobCommands.create(session));
    add("smis", () -> SmisCommands.create(session));
    add("explain", () -> ExplainCommands.create(session));
    add("audit", () -> AuditCommands.create(session));
    add("status", () -> new CommandLine(new StatusCommand(session)));
  }

  private void add(String name, Supplier<CommandLine> command) {
    commands.put(name, command);
  }

  /** Adds the command that {@code word} names, or all if it names none. */
  void addTo(CommandLine line, Optional<String> word) {
    Supplier<CommandLine> named = word.map(commands::get).orElse(null);
    if (named != null) {
      line.addSubcommand(word.get(), named.get());
      return;
    }
    commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
    for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
      line.addSubcommand(provider.name(), new CommandLine(provider.create(session)));
    }
  }

  /** A command that only groups others. */
  static CommandLine group(String description) {
    CommandLine group = new CommandLine(new Group());
    group
        .getCommandSpec()
        .usageMessage()
        .description(description)
        .synopsisSubcommandLabel("COMMAND");
    return group;
  }

  /** Holds subcommands; calling it alone is wrong usage, which picocli says. */
  @CommandLine.Command
  static final class Group {}
}
