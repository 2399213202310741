/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import io.lunette.platform.linux.LibC;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The runs of a file that the file system holds data for, or space; all else of it is holes. */
public final class DataRuns {

  /** A run of data. */
  public record Run(long offsetBytes, long lengthBytes) {

    /** The first byte behind it. */
    public long endBytes() {
      return offsetBytes + lengthBytes;
    }
  }

  private DataRuns() {}

  /**
   * Asks the file system (SEEK_DATA, SEEK_HOLE). Where it does not know holes, the answer is one
   * run.
   */
  public static List<Run> of(Path file) throws DeviceException {
    Descriptor descriptor = Descriptor.open(file, LibC.O_RDONLY);
    try {
      List<Run> runs = new ArrayList<>();
      Optional<Run> run = next(descriptor, 0);
      while (run.isPresent()) {
        runs.add(run.get());
        run = next(descriptor, run.get().endBytes());
      }
      return runs;
    } finally {
      descriptor.close();
    }
  }

  /**
   * The first run of an open file at or after an offset that the file system holds space for, or
   * what is left of it there. What is allocated and was never written, or was zeroed without being
   * written, is such space, and no data; where the file system does not tell (FIEMAP), only data.
   */
  static Optional<Run> nextHeld(Descriptor file, long from) throws DeviceException {
    long size = file.end();
    if (from >= size) {
      return Optional.empty();
    }
    Optional<List<ExtentMap.Extent>> map = ExtentMap.of(file, from, size - from, 1);
    return map.isPresent()
        ? map.get().stream().map(held -> new Run(held.offset(), held.length())).findFirst()
        : next(file, from);
  }

  /** The first run of data at or after an offset, or what is left of it there. */
  static Optional<Run> next(Descriptor file, long from) throws DeviceException {
    long size = file.end();
    long data = from < size ? file.seek(from, LibC.SEEK_DATA) : -1;
    if (data < 0) {
      return Optional.empty();
    }
    long hole = file.seek(data, LibC.SEEK_HOLE);
    return Optional.of(new Run(data, (hole < 0 ? size : Math.min(hole, size)) - data));
  }
}
