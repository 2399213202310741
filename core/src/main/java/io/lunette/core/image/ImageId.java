/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import java.util.Objects;
import java.util.UUID;

/** An image for ever: its name may be used again after it was deleted, its id never. */
public record ImageId(UUID value) {

  public ImageId {
    Objects.requireNonNull(value);
  }

  /** The id that {@link #toString} wrote. */
  public static ImageId parse(String text) {
    return new ImageId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
