/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.guard;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.bench.report.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Finds the ratios in what {@code bench volumes}, {@code bench scrub} and {@code bench iscsi} keep
 * with {@code --json}. A ratio is the higher the better Lunette is; it is named by the work and by
 * what it is held against, never by a path or an address, which differ from machine to machine.
 */
final class RatioReader {

  private RatioReader() {}

  /**
   * @throws IllegalArgumentException if it is none of these
   */
  static SortedMap<String, Spread> read(JsonNode result) {
    SortedMap<String, Spread> ratios = new TreeMap<>();
    if (result.path(0).has("against")) {
      result.forEach(duel -> volumes(duel, ratios));
    } else if (result.path(0).has("verifiedOverDd")) {
      ratios.putAll(scrubs(result));
    } else if (result.has("targets")) {
      ratios.putAll(targets(result));
    } else {
      throw new IllegalArgumentException(
          "no result of 'bench volumes', 'bench scrub' or 'bench iscsi'");
    }
    return ratios;
  }

  private static String name(JsonNode duel) {
    return "volume: " + duel.path("work").asText() + " / " + duel.path("against").asText();
  }

  /** Nothing of what could not be measured there. */
  private static void volumes(JsonNode duel, Map<String, Spread> ratios) {
    if (!duel.has("skipped")) {
      ratios.put(
          name(duel),
          Spread.ofRatios(numbers(duel.path("otherNanos")), numbers(duel.path("volumeNanos"))));
    }
  }

  /** Directories count in the order in which they were measured. */
  private static Map<String, Spread> scrubs(JsonNode rounds) {
    Map<String, List<JsonNode>> byDirectory = new LinkedHashMap<>();
    rounds.forEach(
        round ->
            byDirectory
                .computeIfAbsent(round.path("directory").asText(), ignored -> new ArrayList<>())
                .add(round));
    Map<String, Spread> ratios = new LinkedHashMap<>();
    int number = 0;
    for (List<JsonNode> each : byDirectory.values()) {
      number++;
      scrub(each, "verifiedOverDd", "scrub: verified, directory " + number + " / dd", ratios);
      scrub(each, "unverifiedOverDd", "scrub: unverified, directory " + number + " / dd", ratios);
      scrub(
          each,
          "unverifiedOverDepth16",
          "scrub: unverified, directory " + number + " / zeroes at depth 16",
          ratios);
    }
    return ratios;
  }

  /** Nothing where a round does not have the figure, as in results of an earlier day. */
  private static void scrub(
      List<JsonNode> rounds, String figure, String name, Map<String, Spread> ratios) {
    if (rounds.stream().allMatch(round -> round.has(figure))) {
      List<Double> figures = rounds.stream().map(round -> round.path(figure).asDouble()).toList();
      ratios.put(name, Spread.of(figures));
    }
  }

  /** Of the target that is called lunette to each other; the first one is what all refer to. */
  private static Map<String, Spread> targets(JsonNode result) {
    List<JsonNode> targets = new ArrayList<>();
    result.path("targets").forEach(targets::add);
    Optional<JsonNode> ours =
        targets.stream().filter(each -> each.path("name").asText().equals("lunette")).findFirst();
    if (ours.isEmpty()) {
      throw new IllegalArgumentException("no target is called lunette: name it 'lunette=URL'");
    }
    Map<String, Spread> ratios = new LinkedHashMap<>();
    targets.stream()
        .filter(each -> !each.path("name").asText().equals("lunette"))
        .sorted(Comparator.comparing(each -> each.path("name").asText()))
        .forEach(
            other ->
                ratios.put(
                    "iscsi: "
                        + result.path("workload").asText()
                        + " / "
                        + other.path("name").asText(),
                    Spread.ofRatios(
                        numbers(ours.get().path("roundsIops")),
                        numbers(other.path("roundsIops")))));
    return ratios;
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.asDouble()));
    return numbers;
  }
}
