/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a benchmark that is told to end by a signal leaves on the machine: nothing. */
class InterruptedBenchTest {

  private static final long WAIT_SECONDS = 60;

  @TempDir Path directory;

  @Test
  void itsDirectoryAndItsLoopDeviceGoWithIt() throws Exception {
    assumeThat(LoopDevice.isAvailable()).as("loop devices").isTrue();
    Process bench =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Bench.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      Path device;
      try (BufferedReader said =
          new BufferedReader(
              new InputStreamReader(bench.getInputStream(), StandardCharsets.UTF_8))) {
        device = Path.of(said.readLine());
        assertThat(fileBehind(device)).startsWith(directory.toString());

        bench.destroy();

        assertThat(bench.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(fileBehind(device)).doesNotStartWith(directory.toString());
      assertThat(directory).isEmptyDirectory();
    } finally {
      bench.destroyForcibly();
    }
  }

  /** Empty if it is attached to none. */
  private static String fileBehind(Path device) throws IOException {
    Path file = Path.of("/sys/block", device.getFileName().toString(), "loop/backing_file");
    try {
      return Files.readString(file);
    } catch (IOException detached) {
      return "";
    }
  }

  /** One that is in the middle of its work, with a program beside it, until it is told to end. */
  static final class Bench {

    private Bench() {}

    public static void main(String[] arguments) throws IOException {
      try (Scratch scratch = Scratch.in(Path.of(arguments[0]));
          LoopDevice device =
              LoopDevice.pastTheCacheOverNew(scratch.path().resolve("disk"), 1 << 20)) {
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println(device.path());
        Tool.exec("sleep", "600");
      }
    }
  }
}
