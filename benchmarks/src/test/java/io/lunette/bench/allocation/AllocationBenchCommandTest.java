/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.bench.fixture.CommandLineRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllocationBenchCommandTest {

  @TempDir Path directory;

  private final CommandLineRun lunette = new CommandLineRun();

  @Test
  void itPrintsATableKeepsTheFiguresAndLeavesNothingBehind() throws Exception {
    JsonNode runs =
        lunette.measure(
            directory, "bench allocate --replicas 20 --servers 4 --tenants 2 --rounds 5");

    assertThat(lunette.out()).contains("20 REPLICAS, 4 SERVERS, 2 TENANTS", "P99 us");
    assertThat(runs.get(0).path("call").asText()).isEqualTo("allocate");
    assertThat(runs.get(0).path("count").asInt()).isEqualTo(5);
  }

  @Test
  void fewerReplicasThanServersAreRefusedInOneLine() {
    assertThat(lunette.run(directory, "bench allocate --replicas 2 --servers 4")).isEqualTo(1);

    assertThat(lunette.err().lines())
        .containsExactly(
            "lunette: there must be 2 servers, a tenant, and a replica for each server at least");
  }
}
