/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

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

class ReplicaBenchCommandTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void itPrintsATableKeepsTheFiguresAndLeavesNothingBehind() throws Exception {
    Path scratch = Files.createDirectory(directory.resolve("scratch"));
    Path kept = directory.resolve("figures.json");

    int status =
        run(
            "bench replicas --image-size 64M --data 1M --count 20 --callers 2 --dir "
                + scratch
                + " --json "
                + kept);

    assertThat(err.toString()).isEmpty();
    assertThat(status).isZero();
    assertThat(out.toString()).contains("one by one", "2 callers", "one call for all");
    JsonNode first = new ObjectMapper().readTree(kept.toFile()).get(0);
    assertThat(first.path("replicas").asInt()).isEqualTo(20);
    assertThat(first.path("medianMicros").asDouble()).isPositive();
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void anEmptyCountIsRefusedInOneLine() {
    assertThat(run("bench replicas --count 0")).isEqualTo(1);

    assertThat(err.toString().lines())
        .containsExactly("lunette: --count and --callers must be at least 1");
  }

  private int run(String line) {
    return Lunette.run(
        Map.of("HOME", directory.toString()),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        line.split(" "));
  }
}
