/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import io.lunette.appliance.cli.CommandFailure;
import io.lunette.appliance.config.ByteSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A directory that goes, with all that is in it, when the benchmark ends or the process is told to.
 */
public final class Scratch implements AutoCloseable {

  private final Path path;
  private final AtExit atExit;

  private Scratch(Path path) {
    this.path = path;
    this.atExit = new AtExit(this::deleteAtExit);
  }

  /** A new one below a directory; its path is absolute, for programs that are given it. */
  public static Scratch in(Path directory) throws IOException {
    return new Scratch(Files.createTempDirectory(directory.toAbsolutePath(), "lunette-bench-"));
  }

  /** A new one below a directory, which is refused if it has less room than is needed. */
  public static Scratch withRoom(Path directory, long neededBytes)
      throws IOException, CommandFailure {
    if (Files.getFileStore(directory).getUsableSpace() < neededBytes) {
      throw new CommandFailure(
          directory + " has less than " + new ByteSize(neededBytes).forPeople() + " free");
    }
    return in(directory);
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    atExit.forget();
    delete();
  }

  private void delete() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> below = Files.walk(path)) {
      for (Path each : below.sorted(Comparator.reverseOrder()).toList()) {
        boolean ignored = Files.deleteIfExists(each);
      }
    }
  }

  /** The benchmark may still be making and deleting files meanwhile. */
  private void deleteAtExit() {
    try {
      delete();
    } catch (IOException | UncheckedIOException tooEarly) {
      try {
        delete();
      } catch (IOException | UncheckedIOException e) {
        System.err.println("lunette: " + path + " is left: " + e.getMessage());
      }
    }
  }
}
