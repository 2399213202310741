/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the parts of a file that hold data, so that an import need not read holes. Where the system
 * cannot tell, everything is data: the importer looks for zeroes itself.
 */
public interface SparseRegions {

  /** A run of bytes that may hold data. */
  record DataRun(long offsetBytes, long lengthBytes) {}

  /** The data runs of one open file. Used by one thread. */
  interface DataRuns extends AutoCloseable {

    /**
     * The first data run that ends beyond {@code fromBytes}, cut to begin there at the earliest.
     */
    Optional<DataRun> next(long fromBytes) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Opens a file of {@code sizeBytes} to be asked about. */
  DataRuns open(Path file, long sizeBytes) throws IOException;

  /** Takes the whole file for data. */
  static SparseRegions everything() {
    return (file, sizeBytes) ->
        new DataRuns() {
          @Override
          public Optional<DataRun> next(long fromBytes) {
            return fromBytes < sizeBytes
                ? Optional.of(new DataRun(fromBytes, sizeBytes - fromBytes))
                : Optional.empty();
          }

          @Override
          public void close() {}
        };
  }
}
