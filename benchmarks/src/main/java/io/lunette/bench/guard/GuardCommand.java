/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.guard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.cli.Session;
import io.lunette.bench.report.Spread;
import io.lunette.bench.report.TextTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lunette bench guard}. */
@Command(
    description = {
      "Hold the ratios of benchmark results against a baseline, and name what got worse.",
      "Ends with status 1 if something did, or is missing; what the baseline does not have is named,"
          + " and no more. 'bin/bench-guard' measures first."
    })
public final class GuardCommand implements Callable<Integer> {

  private final Session session;

  @Option(
      names = "--baseline",
      paramLabel = "F",
      required = true,
      description = "The file with the ratios to hold against.")
  private Path baseline;

  @Option(names = "--update", description = "Write the ratios there instead of comparing.")
  private boolean update;

  @Option(
      names = "--tolerance",
      paramLabel = "N",
      defaultValue = "10",
      description = "Percent by which a median may move whatever the spread (default 10).")
  private int tolerance;

  @Parameters(
      arity = "1..*",
      paramLabel = "RESULT",
      description =
          "What 'bench volumes', 'bench scrub' and 'bench iscsi' kept with --json; the same of"
              + " several runs shows how runs differ.")
  private List<Path> results;

  public GuardCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, CommandFailure {
    SortedMap<String, Spread> now = measured();
    if (update) {
      Baseline.write(now, baseline);
      session.out().println("wrote " + now.size() + " ratios to " + baseline);
      session.out().flush();
      return 0;
    }
    List<Change> changes = Change.between(before(), now, tolerance / 100.0);
    print(changes);
    sum(changes);
    return changes.stream().noneMatch(GuardCommand::isBad) ? 0 : 1;
  }

  /** A ratio that several results have was measured in as many runs. */
  private SortedMap<String, Spread> measured() throws IOException, CommandFailure {
    SortedMap<String, List<Spread>> runs = new TreeMap<>();
    for (Path result : results) {
      ratios(result)
          .forEach(
              (name, spread) ->
                  runs.computeIfAbsent(name, ignored -> new ArrayList<>()).add(spread));
    }
    SortedMap<String, Spread> all = new TreeMap<>();
    runs.forEach((name, spreads) -> all.put(name, Spread.across(spreads)));
    return all;
  }

  private static boolean isBad(Change change) {
    return change.verdict() == Change.Verdict.WORSE || change.verdict() == Change.Verdict.MISSING;
  }

  private static SortedMap<String, Spread> ratios(Path result) throws IOException, CommandFailure {
    if (!Files.isReadable(result)) {
      throw new CommandFailure("cannot read " + result);
    }
    try {
      return RatioReader.read(new ObjectMapper().readTree(result.toFile()));
    } catch (JsonProcessingException e) {
      throw new CommandFailure(result + " is not JSON", e);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(result + ": " + e.getMessage(), e);
    }
  }

  private SortedMap<String, Spread> before() throws IOException, CommandFailure {
    if (!Files.isReadable(baseline)) {
      throw new CommandFailure("there is no baseline " + baseline + "; --update makes one");
    }
    try {
      return Baseline.read(baseline);
    } catch (JsonProcessingException e) {
      throw new CommandFailure(baseline + " is not JSON; --update makes a baseline", e);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(e.getMessage(), e);
    }
  }

  private void print(List<Change> changes) {
    TextTable table = new TextTable("RATIO", "BASELINE", "NOW", "");
    for (Change change : changes) {
      table.row(
          change.name(),
          text(change.before()),
          text(change.now()),
          change.verdict().name().toLowerCase(Locale.ROOT));
    }
    session.out().print(table);
    session.out().flush();
  }

  /** What nothing can be said of, and as the last line what to look at, by name. */
  private void sum(List<Change> changes) {
    List<String> unknown =
        changes.stream()
            .filter(change -> change.verdict() == Change.Verdict.NEW)
            .map(Change::name)
            .toList();
    if (!unknown.isEmpty()) {
      session.out().println("no baseline, --update makes one: " + String.join("; ", unknown));
    }
    List<String> worse = changes.stream().filter(GuardCommand::isBad).map(Change::name).toList();
    session.out().println(worse.isEmpty() ? "nothing worse" : "worse: " + String.join("; ", worse));
    session.out().flush();
  }

  private static String text(Spread spread) {
    return spread == null ? "-" : spread.toString();
  }
}
