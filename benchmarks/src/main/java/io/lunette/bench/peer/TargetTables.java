/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.iscsi.NullTarget;
import io.lunette.bench.iscsi.TargetResult;
import io.lunette.bench.report.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What the page says of iSCSI targets on one backing. */
final class TargetTables {

  static final String OURS = "lunette";

  private final Backing backing;
  private final List<String> names;

  /**
   * @param names of the targets, ours last
   */
  TargetTables(Backing backing, List<String> names) {
    this.backing = backing;
    this.names = names;
  }

  private List<String> others() {
    return names.stream().filter(each -> !each.equals(OURS)).toList();
  }

  List<String> throughput() {
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder("| workload |");
    names.forEach(each -> head.append(' ').append(each).append(" |"));
    head.append(" null target | bare TCP |");
    others().forEach(each -> head.append(" lunette / ").append(each).append(" |"));
    lines.add(head.toString());
    lines.add("| --- |" + " ---: |".repeat(names.size() + 2 + others().size()));
    for (Row row : backing.targets()) {
      StringBuilder cells = new StringBuilder("| " + row.workload().name() + " |");
      for (String name : names) {
        cells.append(cell(row, name, TargetTables::rate));
      }
      cells.append(' ').append(row.result(NullTarget.NAME).map(TargetTables::rate).orElse(""));
      cells
          .append(" | ")
          .append(row.wirePerSecond().map(each -> Figures.whole(each.median())).orElse(""))
          .append(" |");
      for (String other : others()) {
        cells.append(' ').append(shown(row.ratio(OURS, other))).append(" |");
      }
      lines.add(cells.toString());
    }
    StringBuilder means = new StringBuilder("| geometric mean |" + " |".repeat(names.size() + 2));
    for (String other : others()) {
      List<Spread> ratios =
          backing.targets().stream().flatMap(each -> each.ratio(OURS, other).stream()).toList();
      means.append(' ').append(Figures.mean(ratios)).append(" |");
    }
    lines.add(means.toString());
    return lines;
  }

  List<String> cost() {
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder("| workload |");
    names.forEach(each -> head.append(' ').append(each).append(" p50 / p99 |"));
    head.append(" null p50 / p99 |");
    names.forEach(each -> head.append(' ').append(each).append(" CPU |"));
    lines.add(head.append(" load CPU |").toString());
    lines.add("| --- |" + " ---: |".repeat(2 * names.size() + 2));
    for (Row row : backing.targets()) {
      StringBuilder cells = new StringBuilder("| " + row.workload().name() + " |");
      for (String name : names) {
        cells.append(cell(row, name, TargetTables::latency));
      }
      cells
          .append(' ')
          .append(row.result(NullTarget.NAME).map(TargetTables::latency).orElse(""))
          .append(" |");
      for (String name : names) {
        cells.append(cell(row, name, each -> each.targetMicros().map(Figures::tenths).orElse("")));
      }
      lines.add(
          cells.append(cell(row, OURS, each -> Figures.tenths(each.generatorMicros()))).toString());
    }
    return lines;
  }

  List<String> foreign() {
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder("| generator |");
    names.forEach(each -> head.append(' ').append(each).append(" |"));
    others().forEach(each -> head.append(" lunette / ").append(each).append(" |"));
    lines.add(head.toString());
    lines.add("| --- |" + " ---: |".repeat(names.size() + others().size()));
    for (ForeignRow row : backing.foreign()) {
      StringBuilder cells = new StringBuilder("| `" + row.generator() + "` |");
      for (String name : names) {
        boolean there = row.perSecond().ways().contains(name);
        cells
            .append(' ')
            .append(there ? Figures.whole(row.perSecond().of(name).median()) : "failed")
            .append(" |");
      }
      for (String other : others()) {
        cells.append(' ').append(shown(row.perSecond().ratio(OURS, other))).append(" |");
      }
      lines.add(cells.toString());
    }
    return lines;
  }

  private static String cell(Row row, String name, Function<TargetResult, String> shown) {
    return " " + row.result(name).map(shown).orElse("failed") + " |";
  }

  private static String rate(TargetResult result) {
    return Figures.whole(result.perSecond().median());
  }

  private static String latency(TargetResult result) {
    return Figures.whole(result.latencyMicros(50))
        + " / "
        + Figures.whole(result.latencyMicros(99));
  }

  private static String shown(Optional<Spread> ratio) {
    return ratio.map(Spread::toString).orElse("");
  }
}
