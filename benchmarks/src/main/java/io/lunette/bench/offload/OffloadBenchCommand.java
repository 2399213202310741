/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.appliance.config.ByteSize;
import io.lunette.bench.iscsi.TargetUrl;
import io.lunette.bench.report.ResultOutput;
import io.lunette.libiscsi.InitiatorException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lunette bench scsi-offload}. */
@Command(
    description = {
      "Have iSCSI targets copy, zero and sanitize by themselves, beside the same done by an"
          + " initiator, and read everything back. What a target does not say that it has is skipped.",
      "Destroys all that the units hold."
    })
public final class OffloadBenchCommand implements Callable<Integer> {

  private final Session session;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "[NAME=]URL",
      description = "iscsi://[USER%%SECRET@]HOST[:PORT]/IQN/LUN; ratios are to the first.")
  private List<String> urls;

  @Option(
      names = "--copy-to",
      paramLabel = "URL",
      description =
          "A second unit of the same target, for copies; may be given for each target, in their"
              + " order.")
  private List<String> seconds = new ArrayList<>();

  @Option(
      names = "--destroy-data",
      description = "Needed: everything on the units is overwritten and sanitized.")
  private boolean destroyData;

  @Option(
      names = "--span",
      paramLabel = "S",
      defaultValue = "64M",
      description =
          "Bytes that are copied, zeroed or unmapped (default ${DEFAULT-VALUE}, at most half of"
              + " the unit).")
  private ByteSize span;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      defaultValue = ".*",
      description = "Only work whose name has this, for instance 'copy' or 'zero|unmap'.")
  private String only;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Rounds of each work on each unit, in turn (default ${DEFAULT-VALUE}).")
  private int rounds;

  @Mixin private ResultOutput output;

  public OffloadBenchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, CommandFailure {
    if (!destroyData) {
      throw wrong("this destroys all that the units hold: say --destroy-data if that is meant");
    }
    if (rounds < 1) {
      throw wrong("--rounds must be at least 1");
    }
    if (seconds.size() > urls.size()) {
      throw wrong("more --copy-to than targets");
    }
    List<TargetUrl> targets = parsed(urls);
    List<TargetUrl> further = parsed(seconds);
    if (targets.stream().map(TargetUrl::name).distinct().count() < targets.size()) {
      throw wrong("two targets have the same name: use NAME=URL");
    }
    Map<OffloadUnit, OffloadUnit> secondOf = new IdentityHashMap<>();
    List<Offload> works = works(secondOf);
    List<OffloadUnit> opened = new ArrayList<>();
    try {
      List<OffloadUnit> units = new ArrayList<>();
      for (int i = 0; i < targets.size(); i++) {
        units.add(open(targets.get(i), opened));
        if (i < further.size()) {
          OffloadUnit second = open(further.get(i), opened);
          requireRoom(units.get(i), second);
          secondOf.put(units.get(i), second);
        }
      }
      List<OffloadRow> rows = new OffloadBench(units).run(works, rounds);
      new OffloadReport(rows).print(session, output);
      requireSound(rows);
      return 0;
    } catch (InitiatorException e) {
      throw new CommandFailure(e.getMessage(), e);
    } finally {
      close(opened);
    }
  }

  private List<TargetUrl> parsed(List<String> texts) {
    try {
      return texts.stream().map(TargetUrl::parse).toList();
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private List<Offload> works(Map<OffloadUnit, OffloadUnit> secondOf) {
    try {
      Pattern wanted = Pattern.compile(only, Pattern.CASE_INSENSITIVE);
      List<Offload> works =
          OffloadBench.works(secondOf).stream()
              .filter(each -> wanted.matcher(each.name()).find())
              .toList();
      if (works.isEmpty()) {
        throw wrong("no work is called '" + only + "'");
      }
      return works;
    } catch (PatternSyntaxException e) {
      throw wrong("--only '" + only + "': " + e.getDescription());
    }
  }

  private OffloadUnit open(TargetUrl target, List<OffloadUnit> opened)
      throws InitiatorException, CommandFailure {
    OffloadUnit unit =
        OffloadUnit.open(target, span.bytes(), ThreadLocalRandom.current().nextLong());
    opened.add(unit);
    if (unit.spanBlocks() == 0) {
      throw new CommandFailure(target.name() + " has less than 2 MiB, or --span less than 1 MiB");
    }
    return unit;
  }

  private static void requireRoom(OffloadUnit unit, OffloadUnit second) throws CommandFailure {
    if (second.spanBytes() < unit.spanBytes()
        || second.client().blockBytes() != unit.client().blockBytes()) {
      throw new CommandFailure(
          "the --copy-to of " + unit.name() + " is smaller, or has other logical blocks");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static void requireSound(List<OffloadRow> rows) throws CommandFailure {
    for (OffloadRow row : rows) {
      if (row.isWrong()) {
        throw new CommandFailure(
            row.unit()
                + ": "
                + row.work().name()
                + ": "
                + row.readBack().map(ReadBack::words).orElse(""));
      }
    }
  }

  /** What was measured stands, however a session ends. */
  private static void close(List<OffloadUnit> units) {
    for (OffloadUnit unit : units) {
      try {
        unit.close();
      } catch (InitiatorException e) {
        continue;
      }
    }
  }
}
