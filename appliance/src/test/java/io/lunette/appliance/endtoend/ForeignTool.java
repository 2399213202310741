/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs another project's program under {@code timeout}. */
record ForeignTool(int status, String output) {

  static ForeignTool run(String... command) throws Exception {
    Path output = Files.createTempFile("lunette-tool", ".log");
    try {
      int status = start(output, command).waitFor();
      return new ForeignTool(
          status, new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    } finally {
      Files.delete(output);
    }
  }

  /** What it printed, of a run that has to succeed. */
  static String succeed(String... command) throws Exception {
    ForeignTool run = run(command);
    if (run.status != 0 || run.output.contains("verification failed")) {
      throw new AssertionError(String.join(" ", command) + ": " + run.status + "\n" + run.output);
    }
    return run.output;
  }

  static Process start(Path output, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("timeout", "-k", "5", "150"));
    words.addAll(Arrays.asList(command));
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  /** The command line of {@code qemu-io} on an image given by options. */
  static String[] qemuIo(String options, List<String> commands) {
    List<String> words = new ArrayList<>(List.of("qemu-io", "--image-opts"));
    for (String command : commands) {
      words.add("-c");
      words.add(command);
    }
    words.add(options);
    return words.toArray(String[]::new);
  }
}
