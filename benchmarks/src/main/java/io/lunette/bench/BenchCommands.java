/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench;

import io.lunette.appliance.cli.CommandProvider;
import io.lunette.appliance.cli.Session;
import io.lunette.bench.allocation.AllocationBenchCommand;
import io.lunette.bench.forecast.ForecastBenchCommand;
import io.lunette.bench.guard.GuardCommand;
import io.lunette.bench.iscsi.IscsiBenchCommand;
import io.lunette.bench.jmh.JmhCommand;
import io.lunette.bench.offload.OffloadBenchCommand;
import io.lunette.bench.peer.PeersCommand;
import io.lunette.bench.replica.ReplicaBenchCommand;
import io.lunette.bench.scale.ScaleCommand;
import io.lunette.bench.scrub.ScrubBenchCommand;
import io.lunette.bench.tenant.TenantBenchCommand;
import io.lunette.bench.volume.VolumeBenchCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Adds {@code lunette bench}. */
public final class BenchCommands implements CommandProvider {

  @Override
  public String name() {
    return "bench";
  }

  @Override
  public Object create(Session session) {
    CommandLine bench = new CommandLine(new Group());
    bench.addSubcommand("replicas", new ReplicaBenchCommand(session));
    bench.addSubcommand("allocate", new AllocationBenchCommand(session));
    bench.addSubcommand("volumes", new VolumeBenchCommand(session));
    bench.addSubcommand("scrub", new ScrubBenchCommand(session));
    bench.addSubcommand("tenant", new TenantBenchCommand(session));
    bench.addSubcommand("forecast", new ForecastBenchCommand(session));
    bench.addSubcommand("iscsi", new IscsiBenchCommand(session));
    bench.addSubcommand("scsi-offload", new OffloadBenchCommand(session));
    bench.addSubcommand("peers", new PeersCommand(session));
    bench.addSubcommand("scale", new ScaleCommand(session));
    bench.addSubcommand("jmh", new JmhCommand(session));
    bench.addSubcommand("guard", new GuardCommand(session));
    return bench.getCommandSpec();
  }

  /** Holds subcommands; calling it alone is wrong usage, which picocli says. */
  @Command(description = "Measure.", synopsisSubcommandLabel = "COMMAND")
  static final class Group {}
}
