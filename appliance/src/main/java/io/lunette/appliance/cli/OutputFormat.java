/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import java.util.Locale;

/** How a command prints what it found. */
public enum OutputFormat {
  TABLE,
  JSON;

  /** Reads {@code table} or {@code json}. */
  static OutputFormat parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "table" -> TABLE;
      case "json" -> JSON;
      default -> throw new IllegalArgumentException("'" + text + "' is not table or json");
    };
  }
}
