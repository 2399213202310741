/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.guard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.bench.report.Spread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Ratios in a file, by name; never times, which belong to one machine. */
final class Baseline {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Baseline() {}

  /**
   * @throws IllegalArgumentException if it is no baseline
   */
  static SortedMap<String, Spread> read(Path file) throws IOException {
    JsonNode ratios = JSON.readTree(file.toFile()).path("ratios");
    if (!ratios.isObject()) {
      throw new IllegalArgumentException(file + " is no baseline; --update makes one");
    }
    SortedMap<String, Spread> all = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : ratios.properties()) {
      JsonNode spread = each.getValue();
      all.put(
          each.getKey(),
          new Spread(
              spread.path("median").asDouble(),
              spread.path("least").asDouble(),
              spread.path("greatest").asDouble()));
    }
    return all;
  }

  static void write(SortedMap<String, Spread> ratios, Path file) throws IOException {
    Map<String, Object> rows = new TreeMap<>();
    ratios.forEach(
        (name, spread) ->
            rows.put(
                name,
                Map.of(
                    "median", rounded(spread.median()),
                    "least", rounded(spread.least()),
                    "greatest", rounded(spread.greatest()))));
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), Map.of("ratios", rows));
  }

  private static double rounded(double value) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.3f", value));
  }
}
