/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import io.lunette.bench.report.Spread;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What each way took on one device, round by round. */
final class WayTimes {

  private final Map<Way, List<Double>> seconds = new EnumMap<>(Way.class);

  void add(Way way, long nanos) {
    seconds.computeIfAbsent(way, ignored -> new ArrayList<>()).add(nanos / 1e9);
  }

  /** Of each round; none if the way was not taken. */
  List<Double> seconds(Way way) {
    return List.copyOf(seconds.getOrDefault(way, List.of()));
  }

  /** How many times as long as the one another takes; empty if one of them was not taken. */
  Optional<Spread> ratio(Way above, Way below) {
    return seconds(above).isEmpty() || seconds(below).isEmpty()
        ? Optional.empty()
        : Optional.of(Spread.ofRatios(seconds(above), seconds(below)));
  }
}
