/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.report.ResultOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lunette bench iscsi}: load on iSCSI targets. */
@Command(
    description = {
      "Put load on iSCSI targets, in turn, and compare them. The initiator is libiscsi.",
      "Writes overwrite what the units hold, and so does --verify."
    })
public final class IscsiBenchCommand implements Callable<Integer> {

  private static final long BLOCK_BYTES_MAX = 16 << 20;

  private final Session session;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "[NAME=]URL",
      description = "iscsi://[USER%%SECRET@]HOST[:PORT]/IQN/LUN; ratios are to the first.")
  private List<String> urls = new ArrayList<>();

  @Option(
      names = "--block-size",
      paramLabel = "S",
      defaultValue = "4K",
      description = "Bytes of a command (default ${DEFAULT-VALUE}).")
  private ByteSize blockSize;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "1",
      description = "Commands in flight in each session (default ${DEFAULT-VALUE}).")
  private int depth;

  @Option(
      names = "--mix",
      paramLabel = "M",
      defaultValue = "read",
      description = "read, write, or rw70 for 70 %% reads (default ${DEFAULT-VALUE}).")
  private String mix;

  /** Where commands go. */
  enum Pattern {
    random,
    sequential
  }

  @Option(
      names = "--pattern",
      paramLabel = "P",
      defaultValue = "random",
      description = "random or sequential (default ${DEFAULT-VALUE}).")
  private Pattern pattern;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      defaultValue = "1",
      description = "Sessions, each with a thread and a part of the unit (default 1).")
  private int sessions;

  @Option(
      names = "--header-digest",
      description = "Require CRC32C header digests; libiscsi 1.19 has no data digests.")
  private boolean headerDigest;

  @Option(
      names = "--span",
      paramLabel = "S",
      defaultValue = "0",
      description = "Work on the first S bytes only (default: all).")
  private ByteSize span;

  @Option(
      names = "--warm-up",
      paramLabel = "T",
      defaultValue = "1s",
      description = "Load before each measurement (default ${DEFAULT-VALUE}).")
  private Duration warmUp;

  @Option(
      names = "--duration",
      paramLabel = "T",
      defaultValue = "5s",
      description = "Length of a measurement (default ${DEFAULT-VALUE}).")
  private Duration duration;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Commands of a measurement, instead of its length.")
  private Long count;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Measurements of each target, in turn (default ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--verify",
      description = "Stamp every block, check every read, and read all of it at the end.")
  private boolean verify;

  @Option(
      names = "--pid",
      paramLabel = "P",
      description = "Process of the target, in the order of the URLs (default: found).")
  private List<Long> pids = new ArrayList<>();

  @Option(
      names = "--null-target",
      description = "Begin with a target that does nothing: what the load itself costs.")
  private boolean nullTarget;

  @Mixin private ResultOutput output;

  public IscsiBenchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, CommandFailure {
    if (rounds < 1) {
      throw wrong("--rounds must be at least 1");
    }
    if (urls.isEmpty() && !nullTarget) {
      throw wrong("no target: name its URL, or use --null-target");
    }
    if (nullTarget && verify) {
      throw wrong("the null target keeps nothing that --verify could find");
    }
    List<TargetUrl> named = named();
    Workload workload = workload();
    try (NullTarget nothing = nullTarget ? NullTarget.start() : null) {
      List<TargetUrl> targets = new ArrayList<>();
      if (nothing != null) {
        targets.add(nothing.url());
      }
      targets.addAll(named);
      OptionalLong run =
          verify ? OptionalLong.of(ThreadLocalRandom.current().nextLong()) : OptionalLong.empty();
      List<TargetUnderLoad> measured =
          new IscsiBench(targets, workload, span.bytes(), pids).run(rounds, run);
      new IscsiReport(workload, measured, verify).print(session, output);
      requireSound(measured);
      return 0;
    } catch (BenchFailure e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private List<TargetUrl> named() {
    try {
      return urls.stream().map(TargetUrl::parse).toList();
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private Workload workload() {
    if (blockSize.bytes() > BLOCK_BYTES_MAX) {
      throw wrong("--block-size is at most " + new ByteSize(BLOCK_BYTES_MAX).forPeople());
    }
    try {
      return new Workload(
          Math.toIntExact(blockSize.bytes()),
          depth,
          Mix.parse(mix),
          pattern == Pattern.random,
          sessions,
          headerDigest,
          warmUp,
          duration,
          count == null ? OptionalLong.empty() : OptionalLong.of(count));
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static void requireSound(List<TargetUnderLoad> measured) throws CommandFailure {
    for (TargetUnderLoad each : measured) {
      if (each.damaged() > 0) {
        throw new CommandFailure(
            each.target().name()
                + ": "
                + each.damaged()
                + " reads did not return what was written; "
                + String.join("; ", each.notes()));
      }
    }
  }
}
