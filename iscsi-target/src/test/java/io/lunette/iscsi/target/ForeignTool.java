/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs another project's program under {@code timeout}. */
record ForeignTool(int status, String output) {

  static ForeignTool run(String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("timeout", "-k", "5", "120"));
    words.addAll(Arrays.asList(command));
    Path output = Files.createTempFile("lunette-tool", ".log");
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      int status = process.waitFor();
      return new ForeignTool(
          status, new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    } finally {
      Files.delete(output);
    }
  }

  /** What it printed, of a run that has to succeed. */
  static String succeed(String... command) throws Exception {
    ForeignTool run = run(command);
    if (run.status != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + run.status + "\n" + run.output);
    }
    return run.output;
  }
}
