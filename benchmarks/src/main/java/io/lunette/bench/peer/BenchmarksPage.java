/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.report.Spread;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** docs/benchmarks.md: what was measured on what, by which commands, and all of it. */
final class BenchmarksPage {

  private final List<String> machine;
  private final List<String> how;
  private final List<Backing> backings;
  private final List<String> names;
  private final StringBuilder text = new StringBuilder();

  /**
   * @param machine a line for each fact of the machine
   * @param how a line for each command that matters
   * @param names of the targets, ours last
   */
  BenchmarksPage(
      List<String> machine, List<String> how, List<Backing> backings, List<String> names) {
    this.machine = machine;
    this.how = how;
    this.backings = backings;
    this.names = names;
  }

  /** The ratios as bars, for each backing. */
  RatioChart chart() {
    RatioChart chart = new RatioChart("How many times as fast Lunette is");
    for (Backing backing : backings) {
      for (Comparison each : Comparison.of(backing, names)) {
        chart.bar(backing.name() + ": " + each.words(), each.ratio());
      }
    }
    return chart;
  }

  /** The whole page. */
  String toMarkdown(String chartFile) {
    line("# Lunette beside what Debian ships");
    line("");
    line("Written by `bin/bench-peers`; do not edit. All ways are measured in turn in each round,");
    line("so ratios hold where absolute figures do not: another machine, or this one on another");
    line(
        "day, has others. The first figure is the median of the rounds; in brackets the least and");
    line("the greatest. What is measured how, and how to measure more, is in");
    line("[benchmarking.md](benchmarking.md).");
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
    losses();
    for (Backing backing : backings) {
      backing(backing);
    }
    return text.toString().stripTrailing() + "\n";
  }

  /** A median below 1, whatever the spread. */
  private void losses() {
    line("## Where Lunette is slower");
    line("");
    boolean any = false;
    for (Backing backing : backings) {
      for (Comparison each : Comparison.all(backing, names)) {
        if (each.ratio().median() < 1) {
          line("- files in " + backing.name() + ": " + each.words() + ": " + each.ratio());
          any = true;
        }
      }
    }
    if (!any) {
      line("Nowhere in this run.");
    }
    line("");
  }

  private void backing(Backing backing) {
    line("## Files in " + backing.name());
    line("");
    if (!backing.replicas().ways().isEmpty()) {
      line("### Making replicas");
      line("");
      line("Durable replicas of one image a second. The ratio is that of ours, one by one.");
      line("");
      rates("way", "a second", backing.replicas(), way -> Comparison.ONE_BY_ONE);
    }
    if (!backing.scrubs().ways().isEmpty()) {
      line("### Erasing");
      line("");
      line(
          "MiB a second, of what was written; the tools erase a device as large as that, which is");
      line(
          "the best case for them, since they cannot know what was written on a larger one. nwipe");
      line("looks once a second whether it is done, which is most of its time on a small device.");
      line("");
      rates("way", "MiB/s", backing.scrubs(), ScrubPeers::counterpart);
    }
    TargetTables tables = new TargetTables(backing, names);
    line("### iSCSI targets");
    line("");
    line("Commands a second. The null target does nothing: it is what load generator and sockets");
    line("cost by themselves. Bare TCP is the same bytes without iSCSI.");
    line("");
    tables.throughput().forEach(this::line);
    line("");
    line("Latency p50 / p99 in microseconds, and microseconds of the target's processors for a");
    line("command (of the load generator's in the last column, for lunette).");
    line("");
    tables.cost().forEach(this::line);
    line("");
    line("The same from load generators that are not ours, commands a second:");
    line("");
    tables.foreign().forEach(this::line);
    line("");
  }

  private void rates(String title, String unit, Rounds rounds, Function<String, String> ours) {
    line("| " + title + " | " + unit + " | lunette / it |");
    line("| --- | ---: | ---: |");
    for (String way : rounds.ways()) {
      Spread rate = rounds.of(way);
      Optional<Spread> ratio =
          Comparison.isOurs(way) ? Optional.empty() : rounds.ratio(ours.apply(way), way);
      line(
          "| "
              + way
              + " | "
              + Figures.whole(rate.median())
              + " ("
              + Figures.whole(rate.least())
              + "-"
              + Figures.whole(rate.greatest())
              + ") | "
              + ratio.map(Spread::toString).orElse("")
              + " |");
    }
    line("");
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
