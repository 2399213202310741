/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.allocation;

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

class AllocationBenchCommandTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void itPrintsATableKeepsTheFiguresAndLeavesNothingBehind() throws Exception {
    Path scratch = Files.createDirectory(directory.resolve("scratch"));
    Path kept = directory.resolve("figures.json");

    int status =
        run(
            "bench allocate --replicas 20 --servers 4 --tenants 2 --rounds 5 --dir "
                + scratch
                + " --json "
                + kept);

    assertThat(err.toString()).isEmpty();
    assertThat(status).isZero();
    assertThat(out.toString()).contains("20 REPLICAS, 4 SERVERS, 2 TENANTS", "P99 us");
    JsonNode runs = new ObjectMapper().readTree(kept.toFile());
    assertThat(runs.get(0).path("call").asText()).isEqualTo("allocate");
    assertThat(runs.get(0).path("count").asInt()).isEqualTo(5);
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void fewerReplicasThanServersAreRefusedInOneLine() {
    assertThat(run("bench allocate --replicas 2 --servers 4")).isEqualTo(1);

    assertThat(err.toString().lines())
        .containsExactly(
            "lunette: there must be 2 servers, a tenant, and a replica for each server at least");
  }

  private int run(String line) {
    return Lunette.run(
        Map.of("HOME", directory.toString()),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        line.split(" "));
  }
}
