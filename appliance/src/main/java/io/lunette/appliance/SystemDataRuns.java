/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.blockio.DataRuns.Run;
import io.lunette.core.image.SparseRegions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Holes of image files as the file system knows them. */
final class SystemDataRuns implements SparseRegions {

  @Override
  public DataRuns open(Path file, long sizeBytes) throws IOException {
    List<Run> runs = io.lunette.blockio.DataRuns.of(file);
    return new DataRuns() {
      @Override
      public Optional<DataRun> next(long fromBytes) {
        for (Run run : runs) {
          long end = Math.min(run.offsetBytes() + run.lengthBytes(), sizeBytes);
          if (end > fromBytes) {
            long begin = Math.max(run.offsetBytes(), fromBytes);
            return Optional.of(new DataRun(begin, end - begin));
          }
        }
        return Optional.empty();
      }

      @Override
      public void close() {}
    };
  }
}
