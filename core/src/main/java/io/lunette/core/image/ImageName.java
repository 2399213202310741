/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What an image is called; unique among the images that are not deleted. 1 to 64 letters, digits,
 * '.', '_', '-'.
 */
public record ImageName(String value) implements Comparable<ImageName> {

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  public ImageName {
    Objects.requireNonNull(value);
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not an image name: use 1 to 64 letters, digits, '.', '_', '-'");
    }
  }

  @Override
  public int compareTo(ImageName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
