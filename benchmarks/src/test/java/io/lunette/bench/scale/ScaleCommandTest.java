/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.bench.fixture.CommandLineRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScaleCommandTest {

  @TempDir Path directory;

  private final CommandLineRun lunette = new CommandLineRun();

  @Test
  void everySeriesIsMeasuredFittedAndExtrapolated() throws Exception {
    Path kept = directory.resolve("scale.json");
    JsonNode all =
        lunette.measure(
            directory,
            "bench scale --clones 2000,4000,6000,8000 --replicas 500,1000,1500,2000"
                + " --written 1M,2M,3M,4M --mapped 4M,8M,16M,32M --capacity 1G,2G,4G,8G");

    assertThat(lunette.out()).contains("heap of the open pool", "ERROR WHERE HELD OUT");
    assertThat(all).hasSize(13);
    for (JsonNode series : all) {
      assertThat(series.path("points")).hasSize(4);
      assertThat(series.path("modelSays").asDouble()).isPositive();
    }
  }

  @Test
  void sizesThatDoNotGrowAreWrongUsage() {
    assertThat(lunette.run(directory, "bench scale --clones 5000,4000,3000,2000")).isEqualTo(2);

    assertThat(lunette.err().lines()).hasSize(1);
    assertThat(lunette.err()).contains("--clones needs 4 sizes, each 1000 above the one before");
  }
}
