/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A figure that was measured in several rounds.
 *
 * @param median of them
 * @param least of them
 * @param greatest of them
 */
public record Spread(double median, double least, double greatest) {

  /** Of at least one figure; the median of an even number is the mean of the middle two. */
  public static Spread of(List<Double> figures) {
    if (figures.isEmpty()) {
      throw new IllegalArgumentException("no figures");
    }
    List<Double> sorted = figures.stream().sorted().toList();
    int count = sorted.size();
    double median = (sorted.get((count - 1) / 2) + sorted.get(count / 2)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(count - 1));
  }

  /** Of one figure over another of the same round: noise that both share cancels out. */
  public static Spread ofRatios(List<Double> above, List<Double> below) {
    if (above.size() != below.size()) {
      throw new IllegalArgumentException(above.size() + " rounds against " + below.size());
    }
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < above.size(); i++) {
      ratios.add(above.get(i) / below.get(i));
    }
    return of(ratios);
  }

  /**
   * Of one figure in several runs, each with its spread: what a run differs from the next is in it.
   */
  public static Spread across(List<Spread> runs) {
    return new Spread(
        of(runs.stream().map(Spread::median).toList()).median(),
        runs.stream().mapToDouble(Spread::least).min().orElseThrow(),
        runs.stream().mapToDouble(Spread::greatest).max().orElseThrow());
  }

  /** The median, and the least and the greatest in brackets. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.2f (%.2f-%.2f)", median, least, greatest);
  }
}
