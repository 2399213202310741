/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The raw files that an image is made of, and how they are its portions.
 *
 * @param file the whole image, or the writable portion
 * @param shared the portion that all servers share, if it has a file of its own
 * @param splitAt the partition of {@code file} that is the writable portion; the disk without it is
 *     shared
 */
public record ImageSource(Path file, Optional<Path> shared, OptionalInt splitAt) {

  public ImageSource {
    Objects.requireNonNull(file);
    if (shared.isPresent() && splitAt.isPresent()) {
      throw new IllegalArgumentException("an image is split by files or by partition, not both");
    }
    if (splitAt.isPresent() && splitAt.getAsInt() < 1) {
      throw new IllegalArgumentException("partitions are numbered from 1 on");
    }
  }

  /** An image that is not split. */
  public static ImageSource whole(Path file) {
    return new ImageSource(file, Optional.empty(), OptionalInt.empty());
  }

  /** All files, in the order in which {@link #withFiles} takes them. */
  public List<Path> files() {
    return shared.isPresent() ? List.of(file, shared.get()) : List.of(file);
  }

  /** The same from other files. */
  public ImageSource withFiles(List<Path> others) {
    return new ImageSource(others.get(0), shared.map(unused -> others.get(1)), splitAt);
  }
}
