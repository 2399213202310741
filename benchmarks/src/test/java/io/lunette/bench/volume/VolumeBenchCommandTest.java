/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.cli.Lunette;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeBenchCommandTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void itPrintsATableKeepsTheFiguresAndLeavesNothingBehind() throws Exception {
    Path scratch = Files.createDirectory(directory.resolve("scratch"));
    Path kept = directory.resolve("figures.json");

    int status =
        run(
            "bench volumes --size 8M --operations 200 --rounds 2 --dir "
                + scratch
                + " --json "
                + kept);

    assertThat(err.toString()).isEmpty();
    assertThat(status).isZero();
    assertThat(out.toString())
        .contains(
            "WORK ON 8 MiB",
            "random read, 4 KiB, depth 1",
            "raw file",
            "plain volume",
            "encrypted random write, 4 KiB, depth 16",
            "qcow2 overlay");
    JsonNode duels = new ObjectMapper().readTree(kept.toFile());
    assertThat(duels).hasSize(25);
    assertThat(duels.get(1).path("ratio").asDouble()).isPositive();
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void onlyTheWorksThatAreAskedForAreMeasured() {
    String line = "bench volumes --size 2M --operations 50 --rounds 1 --only d.rable.*16$ --dir ";

    assertThat(run(line + directory)).isZero();

    assertThat(out.toString().lines()).hasSize(2);
    assertThat(out.toString()).contains("random durable write, 4 KiB, depth 16");
  }

  @Test
  void aSizeThatIsNoMebibytesIsRefusedInOneLine() {
    assertThat(run("bench volumes --size 4097")).isEqualTo(1);

    assertThat(err.toString().lines())
        .containsExactly(
            "lunette: --rounds and --operations must be at least 1, --size whole mebibytes");
  }

  private int run(String line) {
    return Lunette.run(
        Map.of("HOME", directory.toString()),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        line.split(" "));
  }
}
