/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Programs that a benchmark runs beside Lunette. They end with it when it is told to end. */
public final class Tool {

  private Tool() {}

  /** Runs one to its end and returns what it printed. */
  public static String run(String... command) throws IOException {
    return run(new ProcessBuilder(command));
  }

  /** Runs one that reads a file as its standard input to its end and returns what it printed. */
  public static String runOn(Path input, String... command) throws IOException {
    return run(new ProcessBuilder(command).redirectInput(input.toFile()));
  }

  /** The same of one that cleans up, which may also be run while the process ends. */
  static void cleanUp(String... command) throws IOException {
    ProcessBuilder cleaning = new ProcessBuilder(command);
    String ignored = result(start(cleaning), cleaning);
  }

  private static String run(ProcessBuilder command) throws IOException {
    Process process = start(command);
    AtExit atExit;
    try {
      atExit = new AtExit(process::destroy);
    } catch (IllegalStateException ending) {
      process.destroy();
      throw new IOException(line(command) + " is not run any more", ending);
    }
    try {
      return result(process, command);
    } finally {
      atExit.forget();
    }
  }

  private static Process start(ProcessBuilder command) throws IOException {
    return command.redirectErrorStream(true).start();
  }

  private static String line(ProcessBuilder command) {
    return String.join(" ", command.command());
  }

  private static String result(Process process, ProcessBuilder command) throws IOException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.onExit().join().exitValue();
    if (status != 0) {
      throw new IOException(line(command) + " failed: " + said.strip());
    }
    return said;
  }

  /** Runs one to its end, whatever it prints. */
  public static void exec(String... command) throws IOException {
    String ignored = run(command);
  }

  /** Whether a program is there and runs. */
  public static boolean isInstalled(String... command) {
    try {
      exec(command);
      return true;
    } catch (IOException notThere) {
      return false;
    }
  }
}
