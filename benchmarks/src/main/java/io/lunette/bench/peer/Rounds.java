/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.report.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Figures of several ways in several rounds, in the order in which they first came; the higher the
 * better. Filled by one thread.
 */
final class Rounds {

  private final Map<String, List<Double>> figures = new LinkedHashMap<>();

  /** Another round of a way. */
  void add(String way, double figure) {
    figures.computeIfAbsent(way, ignored -> new ArrayList<>()).add(figure);
  }

  List<String> ways() {
    return List.copyOf(figures.keySet());
  }

  Spread of(String way) {
    return Spread.of(figures.get(way));
  }

  /** How many times as good one way is as another; empty where one of them is not there. */
  Optional<Spread> ratio(String way, String other) {
    List<Double> above = figures.get(way);
    List<Double> below = figures.get(other);
    return above == null || below == null || above.size() != below.size()
        ? Optional.empty()
        : Optional.of(Spread.ofRatios(above, below));
  }
}
