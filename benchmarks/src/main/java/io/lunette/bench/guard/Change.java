/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.guard;

import io.lunette.bench.report.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What became of a ratio since the baseline.
 *
 * @param name of the ratio
 * @param before in the baseline; null if it was not there
 * @param now today; null if it was not measured
 * @param verdict what to think of it
 */
record Change(String name, Spread before, Spread now, Verdict verdict) {

  enum Verdict {
    /** No round of today reached the least round of the baseline, and the medians tell it too. */
    WORSE,
    /** The other way round. */
    BETTER,
    /** Within the noise. */
    SAME,
    /** Not measured today. */
    MISSING,
    /** Not in the baseline. */
    NEW
  }

  /**
   * Compares two sets of ratios, by name.
   *
   * @param tolerance by which share a median must move to count, beside leaving the spread
   */
  static List<Change> between(
      Map<String, Spread> before, Map<String, Spread> now, double tolerance) {
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(now.keySet());
    List<Change> changes = new ArrayList<>();
    for (String name : names) {
      Spread then = before.get(name);
      Spread today = now.get(name);
      changes.add(new Change(name, then, today, verdict(then, today, tolerance)));
    }
    return changes;
  }

  private static Verdict verdict(Spread before, Spread now, double tolerance) {
    if (before == null) {
      return Verdict.NEW;
    }
    if (now == null) {
      return Verdict.MISSING;
    }
    if (isBeyond(now, before, tolerance)) {
      return Verdict.WORSE;
    }
    return isBeyond(before, now, tolerance) ? Verdict.BETTER : Verdict.SAME;
  }

  private static boolean isBeyond(Spread lower, Spread upper, double tolerance) {
    return lower.greatest() < upper.least() && lower.median() < upper.median() * (1 - tolerance);
  }
}
