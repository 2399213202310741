/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.config.TimeSpan;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** A time of the past: an instant, or how long ago. One of the two is null. */
record AuditTime(Instant instant, Duration ago) {

  /** Reads {@code 2026-11-26T12:00:00Z} or {@code 2h}. */
  static AuditTime parse(String text) {
    try {
      return text.indexOf('T') < 0
          ? new AuditTime(null, TimeSpan.parse(text))
          : new AuditTime(Instant.parse(text), null);
    } catch (DateTimeParseException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is neither a time such as 2026-11-26T12:00:00Z nor how long ago, such as 15m,"
              + " 2h or 7d",
          e);
    }
  }

  Instant at(Instant now) {
    return ago == null ? instant : now.minus(ago);
  }
}
