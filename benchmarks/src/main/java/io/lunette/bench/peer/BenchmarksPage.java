/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.iscsi.Measured;
import io.lunette.bench.iscsi.TargetResult;
import io.lunette.bench.report.Spread;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** docs/benchmarks.md: what was measured on what, by which commands, and all of it. */
final class BenchmarksPage {

  private static final String OURS = "lunette";

  private final List<String> machine;
  private final List<String> how;
  private final List<String> backings;
  private final List<String> names;
  private final List<Row> rows;
  private final List<ForeignRow> foreign;
  private final StringBuilder text = new StringBuilder();

  /**
   * @param machine a line for each fact of the machine
   * @param how a line for each command that matters
   * @param names of the targets, ours last
   */
  BenchmarksPage(
      List<String> machine,
      List<String> how,
      List<String> backings,
      List<String> names,
      List<Row> rows,
      List<ForeignRow> foreign) {
    this.machine = machine;
    this.how = how;
    this.backings = backings;
    this.names = names;
    this.rows = rows;
    this.foreign = foreign;
  }

  /** The ratios as bars, for each other target on each backing. */
  RatioChart chart() {
    String first = names.get(0);
    RatioChart chart = new RatioChart("Commands a second: lunette over " + first);
    for (Row row : rows) {
      row.ratio(OURS, first)
          .ifPresent(ratio -> chart.bar(row.backing() + ": " + row.workload().name(), ratio));
    }
    return chart;
  }

  /** The whole page. */
  String toMarkdown(String chartFile) {
    line("# iSCSI targets side by side");
    line("");
    line("Written by `bin/bench-peers`; do not edit. Every target is measured in turn in each");
    line("round, so ratios hold where absolute figures do not: another machine, or this one on");
    line("another day, has others. A case that Lunette loses is shown like the rest.");
    line("");
    line("![ratios](" + chartFile + ")");
    line("");
    line("## Machine and versions");
    line("");
    machine.forEach(each -> line("- " + each));
    line("");
    line("## How");
    line("");
    how.forEach(each -> line("- " + each));
    line("");
    for (String backing : backings) {
      backing(backing);
    }
    return text.toString();
  }

  private void backing(String backing) {
    List<Row> here = rows.stream().filter(each -> each.backing().equals(backing)).toList();
    line("## Files in " + backing);
    line("");
    line("IOPS, the median of the rounds; in brackets the least and the greatest ratio.");
    line("");
    throughput(here);
    line("");
    line("Latency p50 / p99 in microseconds, and microseconds of the target's processors for a");
    line("command (of the load generator's in the last column, for " + OURS + ").");
    line("");
    cost(here);
    line("");
    line("The same from load generators that are not ours, commands a second:");
    line("");
    foreign(backing);
    line("");
  }

  private void throughput(List<Row> here) {
    StringBuilder head = new StringBuilder("| workload |");
    names.forEach(each -> head.append(' ').append(each).append(" |"));
    head.append(" bare TCP |");
    others().forEach(each -> head.append(" lunette / ").append(each).append(" |"));
    line(head.toString());
    line("| --- |" + " ---: |".repeat(names.size() + 1 + others().size()));
    for (Row row : here) {
      StringBuilder cells = new StringBuilder("| " + row.workload().name() + " |");
      for (Measured each : row.measured()) {
        cells.append(' ').append(iops(each)).append(" |");
      }
      cells
          .append(' ')
          .append(row.wirePerSecond().map(each -> number(each.median())).orElse(""))
          .append(" |");
      for (String other : others()) {
        cells.append(' ').append(shown(row.ratio(OURS, other))).append(" |");
      }
      line(cells.toString());
    }
    StringBuilder means = new StringBuilder("| geometric mean |" + " |".repeat(names.size() + 1));
    others().forEach(other -> means.append(' ').append(geometricMean(here, other)).append(" |"));
    line(means.toString());
  }

  private void cost(List<Row> here) {
    StringBuilder head = new StringBuilder("| workload |");
    names.forEach(each -> head.append(' ').append(each).append(" p50 / p99 |"));
    names.forEach(each -> head.append(' ').append(each).append(" CPU |"));
    line(head.append(" load CPU |").toString());
    line("| --- |" + " ---: |".repeat(2 * names.size() + 1));
    for (Row row : here) {
      StringBuilder cells = new StringBuilder("| " + row.workload().name() + " |");
      for (String name : names) {
        cells.append(cell(row, name, BenchmarksPage::latency));
      }
      for (String name : names) {
        cells.append(
            cell(row, name, each -> each.targetMicros().map(BenchmarksPage::tenths).orElse("")));
      }
      line(cells.append(cell(row, OURS, each -> tenths(each.generatorMicros()))).toString());
    }
  }

  private void foreign(String backing) {
    StringBuilder head = new StringBuilder("| generator |");
    names.forEach(each -> head.append(' ').append(each).append(" |"));
    line(head.toString());
    line("| --- |" + " ---: |".repeat(names.size()));
    List<ForeignRow> here =
        foreign.stream().filter(each -> each.backing().equals(backing)).toList();
    for (String generator : here.stream().map(ForeignRow::generator).distinct().toList()) {
      StringBuilder cells = new StringBuilder("| `" + generator + "` |");
      for (String name : names) {
        double figure =
            here.stream()
                .filter(each -> each.generator().equals(generator) && each.target().equals(name))
                .findFirst()
                .map(ForeignRow::perSecond)
                .orElse(Double.NaN);
        cells.append(' ').append(Double.isNaN(figure) ? "failed" : number(figure)).append(" |");
      }
      line(cells.toString());
    }
  }

  private List<String> others() {
    return names.stream().filter(each -> !each.equals(OURS)).toList();
  }

  private static String iops(Measured measured) {
    return measured.result().map(each -> number(each.perSecond().median())).orElse("failed");
  }

  private static String shown(Optional<Spread> ratio) {
    return ratio.map(Spread::toString).orElse("");
  }

  private static String latency(TargetResult result) {
    return number(result.latencyMicros(50)) + " / " + number(result.latencyMicros(99));
  }

  private static String cell(Row row, String name, Function<TargetResult, String> shown) {
    return " " + row.result(name).map(shown).orElse("failed") + " |";
  }

  private static String geometricMean(List<Row> here, String other) {
    List<Double> logs =
        here.stream()
            .flatMap(each -> each.ratio(OURS, other).stream())
            .map(each -> Math.log(each.median()))
            .toList();
    if (logs.isEmpty()) {
      return "";
    }
    double mean = logs.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    return String.format(Locale.ROOT, "**%.2f**", Math.exp(mean));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  private static String tenths(Spread value) {
    return String.format(Locale.ROOT, "%.1f", value.median());
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
