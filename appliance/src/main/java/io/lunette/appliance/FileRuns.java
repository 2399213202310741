/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.blockio.DataRuns;
import io.lunette.blockio.DataRuns.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Where a file had data when this was made, as its file system knows it. */
final class FileRuns implements VolumeCopy.Source {

  private final List<Run> runs;

  /** The first run that may still be asked for. */
  private int current;

  FileRuns(Path file) throws IOException {
    this.runs = DataRuns.of(file);
  }

  @Override
  public OptionalLong nextData(long from) {
    while (current < runs.size()) {
      Run run = runs.get(current);
      if (run.offsetBytes() + run.lengthBytes() > from) {
        return OptionalLong.of(Math.max(run.offsetBytes(), from));
      }
      current++;
    }
    return OptionalLong.empty();
  }
}
