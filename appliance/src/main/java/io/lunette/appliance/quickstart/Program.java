/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.quickstart;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs another program, never longer than two minutes. */
record Program(int status, String output) {

  private static final int MOST_SECONDS = 120;

  static Program run(List<String> command) throws TourException {
    Path output = null;
    Process process = null;
    try {
      output = Files.createTempFile("lunette-quickstart", ".log");
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        throw new TourException(command.get(0) + " did not end in " + MOST_SECONDS + " s");
      }
      return new Program(
          process.exitValue(), new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new TourException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TourException("interrupted", e);
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
      delete(output);
    }
  }

  /** Runs a program that has to succeed. */
  static String succeed(List<String> command) throws TourException {
    Program run = run(command);
    if (run.status != 0) {
      throw new TourException(
          command.get(0) + " failed: " + run.output.strip().lines().findFirst().orElse("no word"));
    }
    return run.output;
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }
}
