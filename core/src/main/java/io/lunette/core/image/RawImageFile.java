/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A raw image file, or a part of one, that was found fit to be imported.
 *
 * @param path the file
 * @param offsetBytes where the part begins, a multiple of 512
 * @param fileBytes its size, a multiple of 512
 * @param volumeBytes size of the volume, a multiple of 4096: the rest reads as zeroes
 * @param patches what differs from the file, by offset in the part
 */
record RawImageFile(
    Path path, long offsetBytes, long fileBytes, long volumeBytes, List<DiskSplit.Patch> patches) {

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
      return new RawImageFile(path, 0, size, wholeBlocks(size), List.of());
    } catch (IOException e) {
      throw new DomainException(
          DomainException.Kind.IO, "image file " + path + ": " + e.getMessage(), e);
    }
  }

  private static long wholeBlocks(long bytes) {
    return Math.multiplyExact(Math.floorDiv(Math.addExact(bytes, BLOCK - 1), (long) BLOCK), BLOCK);
  }

  /**
   * A part of it.
   *
   * @throws IllegalArgumentException if it is not all in the file
   */
  RawImageFile slice(long offset, long bytes) {
    if (Math.addExact(offset, bytes) > fileBytes) {
      throw new IllegalArgumentException("a partition ends behind the end of the disk");
    }
    return new RawImageFile(path, offset, bytes, wholeBlocks(bytes), List.of());
  }

  /** Its beginning as a disk of another size. */
  RawImageFile start(long bytes, long diskBytes, List<DiskSplit.Patch> changes) {
    return new RawImageFile(path, 0, bytes, diskBytes, changes);
  }

  /** Where the file ends for this part. */
  long endInFile() {
    return offsetBytes + fileBytes;
  }

  /** The next run that may hold data, by offset in the part. */
  Optional<SparseRegions.DataRun> next(SparseRegions.DataRuns runs, long fromBytes)
      throws IOException {
    Optional<SparseRegions.DataRun> data =
        fromBytes < fileBytes
            ? runs.next(offsetBytes + fromBytes).flatMap(this::inPart)
            : Optional.empty();
    Optional<SparseRegions.DataRun> patch =
        patches.stream()
            .filter(each -> each.end() > fromBytes)
            .min(Comparator.comparing(DiskSplit.Patch::offset))
            .map(each -> run(Math.max(each.offset(), fromBytes), each.end()));
    return Stream.of(data, patch)
        .flatMap(Optional::stream)
        .min(Comparator.comparing(SparseRegions.DataRun::offsetBytes));
  }

  private Optional<SparseRegions.DataRun> inPart(SparseRegions.DataRun run) {
    long from = Math.max(0, run.offsetBytes() - offsetBytes);
    long end = Math.min(fileBytes, run.offsetBytes() + run.lengthBytes() - offsetBytes);
    return from < end ? Optional.of(run(from, end)) : Optional.empty();
  }

  private static SparseRegions.DataRun run(long from, long end) {
    return new SparseRegions.DataRun(from, end - from);
  }

  /** Puts what differs into bytes that were read from an offset of the part. */
  void patch(long offset, ByteBuffer content) {
    for (DiskSplit.Patch patch : patches) {
      long from = Math.max(offset, patch.offset());
      long end = Math.min(offset + content.limit(), patch.end());
      if (from < end) {
        content.put(
            (int) (from - offset),
            patch.bytes(),
            (int) (from - patch.offset()),
            (int) (end - from));
      }
    }
  }

  private static DomainException invalid(Path path, String why) {
    return new DomainException(DomainException.Kind.INVALID, "image file " + path + " " + why);
  }
}
