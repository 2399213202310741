/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.bench.fixture.CommandLineRun;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ForecastBenchCommandTest {

  @TempDir Path directory;

  private final CommandLineRun lunette = new CommandLineRun();

  @Test
  void itPrintsATableAndKeepsTheFigures() throws Exception {
    Path kept = directory.resolve("figures.json");

    int status =
        lunette.run(
            directory, "bench forecast --synthetic flash --days 5 --fixed 3 --json " + kept);

    assertThat(lunette.err()).isEmpty();
    assertThat(status).isZero();
    assertThat(lunette.out()).contains("FLASH", "forecast", "Poisson", "fixed 3", "hindsight");
    JsonNode figures = new ObjectMapper().readTree(kept.toFile());
    assertThat(figures.path("policies")).hasSize(4);
    assertThat(figures.path("policies").get(0).path("policy").asText()).isEqualTo("forecast");
  }

  @Test
  void aTraceIsReadAndWhatIsNoTimeIsNamed() throws Exception {
    Path trace = directory.resolve("trace.csv");
    Files.writeString(trace, "# seconds, what\n0.5,a\n90000,b\n90001.25,c\n");
    assertThat(lunette.run(directory, "bench forecast --fixed 1 --trace " + trace)).isZero();
    assertThat(lunette.out()).contains("TRACE.CSV, 3 REQUESTS");

    Files.writeString(trace, "0.5\nsoon\n");
    assertThat(lunette.run(directory, "bench forecast --trace " + trace)).isEqualTo(1);
    assertThat(lunette.err().lines())
        .containsExactly("lunette: " + trace + " line 2: 'soon' is not a time in seconds");
  }

  @Test
  void wrongNumbersAreRefusedInOneLine() {
    assertThat(lunette.run(directory, "bench forecast --epsilon 2")).isEqualTo(1);
    assertThat(lunette.err().lines()).hasSize(1);
  }
}
