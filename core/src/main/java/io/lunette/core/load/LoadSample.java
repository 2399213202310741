/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.load;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Numbers of one server at one time. Immutable.
 *
 * @param at when they were so
 * @param values by their names
 */
public record LoadSample(Instant at, SortedMap<String, Double> values) {

  /** What the names of the target's own numbers begin with. */
  public static final String TARGET_PREFIX = "target.";

  /** Commands a second, as the target saw them. */
  public static final String TARGET_IOPS = TARGET_PREFIX + "iops";

  /** Bytes a second, read and written. */
  public static final String TARGET_BYTES = TARGET_PREFIX + "bytes";

  /** Commands under way when the sample was taken. */
  public static final String TARGET_QUEUE = TARGET_PREFIX + "queue";

  private static final int VALUES_MAX = 32;
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");

  public LoadSample {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /**
   * What a server says of itself.
   *
   * @throws IllegalArgumentException if it is nothing, too much, no number, or has a name that is
   *     none or the target's
   */
  public static LoadSample reported(Instant at, SortedMap<String, Double> values) {
    if (values.isEmpty() || values.size() > VALUES_MAX) {
      throw new IllegalArgumentException("a report has 1 to " + VALUES_MAX + " numbers");
    }
    values.forEach(
        (name, value) -> {
          requireMetric(name);
          if (name.startsWith(TARGET_PREFIX)) {
            throw new IllegalArgumentException(
                "'" + name + "' is what the target says, not a server");
          }
          if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("'" + name + "' is not a finite number");
          }
        });
    return new LoadSample(at, values);
  }

  /** Checks the name of a number. */
  public static String requireMetric(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' names no number: use 1 to 64 letters, digits, '.', '_', '-'");
    }
    return name;
  }
}
