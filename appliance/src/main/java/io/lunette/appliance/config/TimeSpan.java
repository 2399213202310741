/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 90s}, {@code 15m}, {@code 2h}, {@code 1d}. */
public final class TimeSpan {

  private static final Pattern FORM = Pattern.compile("(\\d{1,9})([smhd]?)");

  private TimeSpan() {}

  /** Reads a duration; without a unit it is seconds. */
  public static Duration parse(String text) {
    Matcher parts = FORM.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration: use digits and s, m, h or d, for example 15m");
    }
    long amount = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      case "d" -> Duration.ofDays(amount);
      default -> Duration.ofSeconds(amount);
    };
  }
}
