/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import java.util.Objects;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image as users refer to it: {@code web} is whatever version is current, {@code web:3} is that
 * one.
 */
public record ImageRef(ImageName name, OptionalInt version) {

  private static final Pattern TEXT = Pattern.compile("([^:]*)(?::([1-9][0-9]{0,8}))?");

  public ImageRef {
    Objects.requireNonNull(name);
    if (version.isPresent() && version.getAsInt() < 1) {
      throw new IllegalArgumentException("versions of an image begin with 1");
    }
  }

  /** Whatever version is current. */
  public static ImageRef current(ImageName name) {
    return new ImageRef(name, OptionalInt.empty());
  }

  /** That version. */
  public static ImageRef of(ImageName name, int version) {
    return new ImageRef(name, OptionalInt.of(version));
  }

  /** Reads {@code NAME} or {@code NAME:VERSION}. */
  public static ImageRef parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no image: use NAME, or NAME:VERSION with a number such as web:3");
    }
    ImageName name = new ImageName(matcher.group(1));
    return matcher.group(2) == null ? current(name) : of(name, Integer.parseInt(matcher.group(2)));
  }

  @Override
  public String toString() {
    return version.isPresent() ? name + ":" + version.getAsInt() : name.value();
  }
}
