/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.report.Spread;
import java.util.ArrayList;
import java.util.List;

/**
 * A ratio of the page.
 *
 * @param words what it is of, and over what
 * @param ratio how many times as good ours is
 */
record Comparison(String words, Spread ratio) {

  /** The way of ours that the others' replicas are held against: they are made one by one. */
  static final String ONE_BY_ONE = "lunette, one by one";

  static boolean isOurs(String way) {
    return way.startsWith(TargetTables.OURS);
  }

  /** The ones to draw: of targets, over the first of the others alone. */
  static List<Comparison> of(Backing backing, List<String> names) {
    return collect(backing, names.subList(0, 1), false);
  }

  /** All of them. */
  static List<Comparison> all(Backing backing, List<String> names) {
    return collect(
        backing, names.stream().filter(each -> !each.equals(TargetTables.OURS)).toList(), true);
  }

  private static List<Comparison> collect(Backing backing, List<String> others, boolean foreign) {
    List<Comparison> all = new ArrayList<>();
    for (String way : backing.replicas().ways()) {
      if (!isOurs(way)) {
        backing
            .replicas()
            .ratio(ONE_BY_ONE, way)
            .ifPresent(ratio -> all.add(new Comparison("replica / " + way, ratio)));
      }
    }
    for (String way : backing.scrubs().ways()) {
      if (!isOurs(way)) {
        backing
            .scrubs()
            .ratio(ScrubPeers.counterpart(way), way)
            .ifPresent(ratio -> all.add(new Comparison("scrub / " + way, ratio)));
      }
    }
    for (Row row : backing.targets()) {
      for (String other : others) {
        row.ratio(TargetTables.OURS, other)
            .ifPresent(
                ratio -> all.add(new Comparison(row.workload().name() + " / " + other, ratio)));
      }
    }
    for (ForeignRow row : foreign ? backing.foreign() : List.<ForeignRow>of()) {
      for (String other : others) {
        row.perSecond()
            .ratio(TargetTables.OURS, other)
            .ifPresent(ratio -> all.add(new Comparison(row.generator() + " / " + other, ratio)));
      }
    }
    return all;
  }
}
