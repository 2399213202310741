/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import io.lunette.platform.linux.LibC;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The runs of a file that the file system holds data for; all else of it is holes. */
public final class DataRuns {

  /** A run of data. */
  public record Run(long offsetBytes, long lengthBytes) {}

  private DataRuns() {}

  /**
   * Asks the file system (SEEK_DATA, SEEK_HOLE). Where it does not know holes, the answer is one
   * run.
   */
  public static List<Run> of(Path file) throws DeviceException {
    Descriptor descriptor = Descriptor.open(file, LibC.O_RDONLY);
    try {
      long size = descriptor.end();
      List<Run> runs = new ArrayList<>();
      long at = 0;
      while (at < size) {
        long data = descriptor.seek(at, LibC.SEEK_DATA);
        if (data < 0) {
          break;
        }
        long hole = descriptor.seek(data, LibC.SEEK_HOLE);
        long end = hole < 0 ? size : Math.min(hole, size);
        runs.add(new Run(data, end - data));
        at = end;
      }
      return runs;
    } finally {
      descriptor.close();
    }
  }
}
