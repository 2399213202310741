/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import java.util.Objects;
import java.util.regex.Pattern;

/** What a registered array is called; unique. 1 to 64 letters, digits, '.', '_', '-'. */
public record ArrayName(String value) implements Comparable<ArrayName> {

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  public ArrayName {
    Objects.requireNonNull(value);
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not an array name: use 1 to 64 letters, digits, '.', '_', '-'");
    }
  }

  @Override
  public int compareTo(ArrayName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
