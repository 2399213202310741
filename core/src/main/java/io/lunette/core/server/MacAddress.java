/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The address of a network card (EUI-48), in lower case with colons. Hyphens, or nothing, between
 * the bytes are understood too: iPXE writes them all.
 */
public record MacAddress(String value) implements Comparable<MacAddress> {

  private static final Pattern LEGAL =
      Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}|[0-9a-f]{2}(-[0-9a-f]{2}){5}|[0-9a-f]{12}");

  public MacAddress {
    String lower = value.toLowerCase(Locale.ROOT);
    if (!LEGAL.matcher(lower).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not a MAC address: expected for example 52:54:00:12:34:56");
    }
    String digits = lower.replaceAll("[:-]", "");
    value = digits.replaceAll("(..)(?=.)", "$1:");
  }

  @Override
  public int compareTo(MacAddress other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
