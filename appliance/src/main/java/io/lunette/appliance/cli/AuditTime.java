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
    if (text.indexOf('T') < 0) {
      return new AuditTime(null, TimeSpan.parse(text));
    }
    try {
      return new AuditTime(Instant.parse(text), null);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is neither a time such as 2026-11-26T12:00:00Z nor a duration", e);
    }
  }

  Instant at(Instant now) {
    return ago == null ? instant : now.minus(ago);
  }
}
