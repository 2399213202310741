/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A raw image file that was found fit to be imported.
 *
 * @param path the file
 * @param fileBytes its size, a multiple of 512
 * @param volumeBytes that size rounded up to a multiple of 4096: the rest reads as zeroes
 */
record RawImageFile(Path path, long fileBytes, long volumeBytes) {

  private static final int SECTOR = 512;
  private static final int BLOCK = 4096;

  static RawImageFile check(Path path) throws DomainException {
    try {
      if (!Files.exists(path)) {
        throw new DomainException(
            DomainException.Kind.NOT_FOUND, "image file " + path + " does not exist");
      }
      if (!Files.isRegularFile(path)) {
        throw invalid(path, "is not a regular file");
      }
      if (!Files.isReadable(path)) {
        throw new DomainException(
            DomainException.Kind.IO, "image file " + path + " may not be read");
      }
      long size = Files.size(path);
      if (size == 0) {
        throw invalid(path, "is empty");
      }
      if (size % SECTOR != 0) {
        throw invalid(
            path,
            "has "
                + size
                + " bytes, not a multiple of 512: it is not a raw disk image, or was cut off");
      }
      return new RawImageFile(
          path, size, Math.multiplyExact(Math.floorDiv(size + BLOCK - 1, (long) BLOCK), BLOCK));
    } catch (IOException e) {
      throw new DomainException(
          DomainException.Kind.IO, "image file " + path + ": " + e.getMessage(), e);
    }
  }

  private static DomainException invalid(Path path, String why) {
    return new DomainException(DomainException.Kind.INVALID, "image file " + path + " " + why);
  }
}
