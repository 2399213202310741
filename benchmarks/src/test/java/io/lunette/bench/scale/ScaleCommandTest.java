/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.cli.Lunette;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScaleCommandTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String line) {
    return Lunette.run(
        Map.of("HOME", directory.toString()),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        line.split(" "));
  }

  @Test
  void everySeriesIsMeasuredFittedAndExtrapolated() throws Exception {
    Path kept = directory.resolve("scale.json");
    Path scratch = Files.createDirectory(directory.resolve("scratch"));

    int status =
        run(
            ("bench scale --clones 2000,4000,6000,8000 --replicas 500,1000,1500,2000"
                    + " --written 1M,2M,3M,4M --mapped 4M,8M,16M,32M --capacity 1G,2G,4G,8G"
                    + " --dir %s --json %s")
                .formatted(scratch, kept));

    assertThat(err.toString()).isEmpty();
    assertThat(status).isZero();
    assertThat(out.toString()).contains("heap of the open pool", "ERROR WHERE HELD OUT");
    JsonNode all = new ObjectMapper().readTree(kept.toFile());
    assertThat(all).hasSize(12);
    for (JsonNode series : all) {
      assertThat(series.path("points")).hasSize(4);
      assertThat(series.path("modelSays").asDouble()).isPositive();
    }
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void sizesThatDoNotGrowAreWrongUsage() {
    assertThat(run("bench scale --clones 5000,4000,3000,2000")).isEqualTo(2);

    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("--clones needs 4 sizes, each 1000 above the one before");
  }
}
