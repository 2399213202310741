/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The hours of a day in which scrubs may begin by themselves, for instance {@code 22:00-06:00
 * Europe/Berlin}.
 *
 * @param from the first minute
 * @param to the first minute after them; before {@code from} it is the next day's
 * @param zone whose clock is meant
 */
public record ScrubHours(LocalTime from, LocalTime to, ZoneId zone) {

  private static final Pattern FORM =
      Pattern.compile("(\\d{2}:\\d{2})-(\\d{2}:\\d{2})(?:[ @](\\S+))?");

  public ScrubHours {
    Objects.requireNonNull(zone);
    if (from.equals(to)) {
      throw new IllegalArgumentException("hours from " + from + " to " + to + " are none or all");
    }
  }

  /**
   * Reads hours; without a zone, UTC is meant.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static ScrubHours parse(String text) {
    Matcher parts = FORM.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException(unreadable(text));
    }
    try {
      return new ScrubHours(
          LocalTime.parse(parts.group(1)),
          LocalTime.parse(parts.group(2)),
          parts.group(3) == null ? ZoneOffset.UTC : ZoneId.of(parts.group(3)));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(unreadable(text), e);
    }
  }

  private static String unreadable(String text) {
    return "'"
        + text
        + "' is not hours of a day: say for instance 22:00-06:00, or with a zone"
        + " 22:00-06:00@Europe/Berlin";
  }

  /** Whether that time is within them. */
  public boolean contains(Instant time) {
    LocalTime now = time.atZone(zone).toLocalTime();
    return from.isBefore(to)
        ? !now.isBefore(from) && now.isBefore(to)
        : !now.isBefore(from) || now.isBefore(to);
  }

  /** As it is read. */
  @Override
  public String toString() {
    return from + "-" + to + "@" + (zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId());
  }
}
