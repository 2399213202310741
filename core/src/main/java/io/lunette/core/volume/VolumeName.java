/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What the caller calls a volume; unique in a driver. Letters, digits, dot, underscore, hyphen and
 * at-sign, 1 to 128 of them, the first a letter or digit.
 */
public record VolumeName(String value) implements Comparable<VolumeName> {

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,127}");

  public VolumeName {
    Objects.requireNonNull(value);
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'"
              + value
              + "' is not a volume name: use 1 to 128 letters, digits, '.', '_', '-', '@', beginning"
              + " with a letter or digit");
    }
  }

  @Override
  public int compareTo(VolumeName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
