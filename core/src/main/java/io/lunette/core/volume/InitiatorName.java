/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * An iSCSI node name in one of the forms of RFC 7143 §4.2.7 (iqn., eui., naa.), in lower case, at
 * most 223 bytes.
 */
public record InitiatorName(String value) implements Comparable<InitiatorName> {

  private static final Pattern LEGAL =
      Pattern.compile(
          "iqn\\.\\d{4}-(0[1-9]|1[0-2])\\.[a-z0-9][a-z0-9.-]*(:[^\\s,;=]+)?"
              + "|eui\\.[0-9a-f]{16}|naa\\.[0-9a-f]{16}([0-9a-f]{16})?");

  public InitiatorName {
    Objects.requireNonNull(value);
    value = value.toLowerCase(Locale.ROOT);
    if (value.getBytes(StandardCharsets.UTF_8).length > 223 || !LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'"
              + value
              + "' is not an iSCSI name: expected for example iqn.2026-11.com.example:web1");
    }
  }

  @Override
  public int compareTo(InitiatorName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
