/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Reads the times that callers write. */
final class Timestamp {

  private Timestamp() {}

  /**
   * @throws IllegalArgumentException if it is none
   */
  static Instant parse(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a time such as 2026-11-26T12:00:00Z", e);
    }
  }
}
