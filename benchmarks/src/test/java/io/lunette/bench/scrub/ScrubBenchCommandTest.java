/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.bench.fixture.CommandLineRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrubBenchCommandTest {

  @TempDir Path directory;

  private final CommandLineRun lunette = new CommandLineRun();

  @Test
  void itPrintsATableKeepsTheFiguresAndLeavesNothingBehind() throws Exception {
    JsonNode rounds = lunette.measure(directory, "bench scrub --size 64M --written 8M --rounds 2");

    assertThat(lunette.out()).contains("SCRUB OF 8 MiB IN 64 MiB", "dd READ BACK MiB/s");
    assertThat(rounds).hasSize(2);
    assertThat(rounds.get(1).path("verifiedOverDd").asDouble()).isPositive();
    assertThat(rounds.get(1).path("verifiedOverDdAndReadBack").asDouble()).isPositive();
    assertThat(rounds.get(1).has("ddOfAllSeconds")).isFalse();
  }

  @Test
  void allOfTheReplicaIsZeroedBesideItWhereThatIsAskedFor() throws Exception {
    JsonNode rounds =
        lunette.measure(directory, "bench scrub --size 64M --written 8M --rounds 1 --whole");

    assertThat(lunette.out()).contains("dd OF ALL s", "VERIFIED / ALL", "NOT VERIFIED / ALL");
    JsonNode round = rounds.get(0);
    double all = round.path("ddOfAllSeconds").asDouble();
    assertThat(round.path("verifiedShareOfAll").asDouble())
        .isEqualTo(round.path("verifiedSeconds").asDouble() / all, within(1e-6));
    assertThat(round.path("unverifiedShareOfAll").asDouble())
        .isEqualTo(round.path("unverifiedSeconds").asDouble() / all, within(1e-6));
  }

  @Test
  void moreWrittenThanThereIsIsRefusedInOneLine() {
    assertThat(lunette.run(directory, "bench scrub --size 1M --written 2M")).isEqualTo(1);

    assertThat(lunette.err().lines())
        .containsExactly(
            "lunette: --rounds must be at least 1, --written at least 1M and at most --size");
  }
}
