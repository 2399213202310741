/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A directory that goes, with all that is in it, when the benchmark ends.
 *
 * @param path where it is
 */
public record Scratch(Path path) implements AutoCloseable {

  /** A new one below a directory; its path is absolute, for programs that are given it. */
  public static Scratch in(Path directory) throws IOException {
    return new Scratch(Files.createTempDirectory(directory.toAbsolutePath(), "lunette-bench-"));
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> below = Files.walk(path)) {
      for (Path each : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
