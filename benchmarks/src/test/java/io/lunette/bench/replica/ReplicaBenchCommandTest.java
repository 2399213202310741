/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.bench.fixture.CommandLineRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaBenchCommandTest {

  @TempDir Path directory;

  private final CommandLineRun lunette = new CommandLineRun();

  @Test
  void itPrintsATableKeepsTheFiguresAndLeavesNothingBehind() throws Exception {
    JsonNode first =
        lunette
            .measure(directory, "bench replicas --image-size 64M --data 1M --count 20 --callers 2")
            .get(0);

    assertThat(lunette.out()).contains("one by one", "2 callers", "one call for all");
    assertThat(lunette.out().lines().skip(lunette.out().lines().toList().indexOf("") + 1))
        .hasSize(3)
        .first()
        .asString()
        .startsWith("ONE BY ONE, AROUND");
    assertThat(first.path("medianMicrosAround").fieldNames())
        .toIterable()
        .containsExactly("1", "10");
    assertThat(first.path("replicas").asInt()).isEqualTo(20);
    assertThat(first.path("medianMicros").asDouble()).isPositive();
  }

  @Test
  void anEmptyCountIsRefusedInOneLine() {
    assertThat(lunette.run(directory, "bench replicas --count 0")).isEqualTo(1);

    assertThat(lunette.err().lines())
        .containsExactly("lunette: --count and --callers must be at least 1");
  }
}
