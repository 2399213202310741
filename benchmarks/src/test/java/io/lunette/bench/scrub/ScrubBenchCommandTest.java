/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

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

class ScrubBenchCommandTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void itPrintsATableKeepsTheFiguresAndLeavesNothingBehind() throws Exception {
    Path scratch = Files.createDirectory(directory.resolve("scratch"));
    Path kept = directory.resolve("figures.json");

    int status =
        run("bench scrub --size 64M --written 8M --rounds 2 --dir " + scratch + " --json " + kept);

    assertThat(err.toString()).isEmpty();
    assertThat(status).isZero();
    assertThat(out.toString()).contains("SCRUB OF 8 MiB IN 64 MiB", "dd READ BACK MiB/s");
    JsonNode rounds = new ObjectMapper().readTree(kept.toFile());
    assertThat(rounds).hasSize(2);
    assertThat(rounds.get(1).path("verifiedOverDd").asDouble()).isPositive();
    assertThat(rounds.get(1).path("verifiedOverDdAndReadBack").asDouble()).isPositive();
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void moreWrittenThanThereIsIsRefusedInOneLine() {
    assertThat(run("bench scrub --size 1M --written 2M")).isEqualTo(1);

    assertThat(err.toString().lines())
        .containsExactly(
            "lunette: --rounds must be at least 1, --written at least 1M and at most --size");
  }

  private int run(String line) {
    return Lunette.run(
        Map.of("HOME", directory.toString()),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        line.split(" "));
  }
}
