/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.bench.fixture.CommandLineRun;
import io.lunette.bench.report.PageCache;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeBenchCommandTest {

  @TempDir Path directory;

  private final CommandLineRun lunette = new CommandLineRun();

  @Test
  void itPrintsATableKeepsTheFiguresAndLeavesNothingBehind() throws Exception {
    JsonNode duels =
        lunette.measure(directory, "bench volumes --size 8M --operations 200 --rounds 2");

    assertThat(lunette.out())
        .contains(
            "WORK ON 8 MiB",
            "random read, 4 KiB, depth 1",
            "raw file",
            "plain volume",
            "encrypted random write, 4 KiB, depth 16",
            "qcow2 overlay, qemu-img bench",
            "random order, depth 1",
            "cold sequential read, 1024 KiB, depth 4",
            "cold random read, 4 KiB, depth 16");
    assertThat(lunette.out().lines().skip(1))
        .allSatisfy(
            line ->
                assertThat(line)
                    .matches(
                        "(.*\\d\\.\\d\\d \\(\\d+\\.\\d\\d-\\d+\\.\\d\\d\\)|skipped: cold .*)"));
    assertThat(duels).hasSize(34);
    assertThat(duels.get(1).path("ratio").asDouble()).isPositive();
  }

  @Test
  void whatStaysInMemoryIsNotReadColdAndTheTableSaysSo() throws Exception {
    Path memory = Path.of("/dev/shm");
    assumeThat(memory).isDirectory();
    assumeThat(PageCache.canBeSeen()).isTrue();
    Path kept = directory.resolve("figures.json");
    String line = "bench volumes --size 2M --operations 50 --rounds 1 --only ^cold --dir ";

    assertThat(lunette.run(directory, line + memory + " --json " + kept)).isZero();

    assertThat(lunette.out().lines().skip(1))
        .hasSize(4)
        .contains(
            "skipped: cold random read, 64 KiB, depth 4 / raw file: tmpfs keeps its pages in memory");
    assertThat(new ObjectMapper().readTree(kept.toFile()).findValuesAsText("skipped"))
        .containsOnly("tmpfs keeps its pages in memory");
  }

  @Test
  void onlyTheWorksThatAreAskedForAreMeasured() {
    String line = "bench volumes --size 2M --operations 50 --rounds 1 --only ^random.d.*16$ --dir ";

    assertThat(lunette.run(directory, line + directory)).isZero();

    assertThat(lunette.out().lines()).hasSize(2);
    assertThat(lunette.out()).contains("random durable write, 4 KiB, depth 16");
  }

  @Test
  void aSizeThatIsNoMebibytesIsRefusedInOneLine() {
    assertThat(lunette.run(directory, "bench volumes --size 4097")).isEqualTo(1);

    assertThat(lunette.err().lines())
        .containsExactly(
            "lunette: --rounds and --operations must be at least 1, --size whole mebibytes");
  }
}
