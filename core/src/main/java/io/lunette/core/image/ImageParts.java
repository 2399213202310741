/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * What is copied into which volume.
 *
 * @param writable what replicas are made of
 * @param shared what all servers read
 */
record ImageParts(RawImageFile writable, Optional<RawImageFile> shared) {

  /**
   * The parts of an image.
   *
   * @throws DomainException NOT_FOUND, INVALID: a file or its partition table; IO
   */
  static ImageParts of(ImageSource source) throws DomainException {
    RawImageFile file = RawImageFile.check(source.file());
    if (source.shared().isPresent()) {
      return new ImageParts(file, Optional.of(RawImageFile.check(source.shared().get())));
    }
    return source.splitAt().isPresent()
        ? split(file, source.splitAt().getAsInt())
        : new ImageParts(file, Optional.empty());
  }

  private static ImageParts split(RawImageFile file, int partition) throws DomainException {
    try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ)) {
      DiskSplit split = PartitionTable.read(channel).split(partition);
      return new ImageParts(
          file.slice(split.writableOffset(), split.writableBytes()),
          Optional.of(file.start(split.sharedBytes(), split.sharedDiskBytes(), split.patches())));
    } catch (IOException e) {
      throw new DomainException(
          DomainException.Kind.IO, "image file " + file.path() + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "image file " + file.path() + " cannot be split: " + e.getMessage(),
          e);
    }
  }

  /** How much is copied. */
  long bytes() {
    return writable.volumeBytes() + shared.map(RawImageFile::volumeBytes).orElse(0L);
  }
}
