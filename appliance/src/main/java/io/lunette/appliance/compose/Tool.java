/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.compose;

import io.lunette.core.DomainException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Runs programs of the system; what they print goes to files beside the image. Thread-safe. */
final class Tool {

  private static final List<Path> PLACES =
      List.of(Path.of("/usr/sbin"), Path.of("/sbin"), Path.of("/usr/bin"), Path.of("/bin"));
  private static final int LINES_SHOWN = 3;

  private final Path scratch;
  private final BooleanSupplier cancelled;

  /** Runs programs until {@code cancelled} says so; then they are killed. */
  Tool(Path scratch, BooleanSupplier cancelled) {
    this.scratch = scratch;
    this.cancelled = cancelled;
  }

  /** How a program ended. */
  record Result(int status, String out, String err) {

    /** The last lines of what it said. */
    String complaint() {
      List<String> lines =
          (err.isBlank() ? out : err).lines().filter(line -> !line.isBlank()).toList();
      return lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()).stream()
          .map(String::strip)
          .collect(Collectors.joining("; "));
    }
  }

  /** Runs a program that has to succeed. */
  Result succeed(String purpose, String program, String... arguments) throws DomainException {
    Result result = run(program, arguments);
    if (result.status() != 0) {
      throw new DomainException(
          DomainException.Kind.INVALID, purpose + ": " + program + ": " + result.complaint());
    }
    return result;
  }

  Result run(String program, String... arguments) throws DomainException {
    List<String> command = new ArrayList<>();
    command.add(find(program).toString());
    command.addAll(Arrays.asList(arguments));
    try {
      Path out = scratch.resolve("tool.out");
      Path err = scratch.resolve("tool.err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .redirectInput(Path.of("/dev/null").toFile());
      builder.environment().put("LC_ALL", "C");
      builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
      builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
      int status = await(builder.start());
      return new Result(status, text(out), text(err));
    } catch (IOException e) {
      throw new DomainException(
          DomainException.Kind.IO, "cannot run " + program + ": " + e.getMessage(), e);
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }

  private int await(Process process) {
    try {
      while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
        if (cancelled.getAsBoolean()) {
          throw new CancellationException("cancelled");
        }
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    } finally {
      process.destroyForcibly();
    }
  }

  private static Path find(String program) throws DomainException {
    return PLACES.stream()
        .map(place -> place.resolve(program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.INVALID,
                    program + " is not installed; on Debian: apt-get install e2fsprogs tar dpkg"));
  }
}
