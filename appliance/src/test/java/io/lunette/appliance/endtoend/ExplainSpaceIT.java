/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.cli.Lunette;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a volume that was deleted still holds is shown with those who read it. */
class ExplainSpaceIT {

  @TempDir Path directory;

  @Test
  void aDeletedVolumeShowsWithItsClones() throws Exception {
    byte[] content = new byte[4 << 20];
    Arrays.fill(content, (byte) 7);
    Path file = Files.write(directory.resolve("base.raw"), content);
    try (ServedHome served = new ServedHome(directory).start()) {
      served.call("volume", "import", "base", file.toString());
      served.call("volume", "seal", "base");
      served.call("volume", "clone", "base", "one");
      served.call("volume", "clone", "base", "two");
      assertThat(served.run("volume", "delete", "base").status()).isZero();

      JsonNode space = served.call("explain", "space");

      long named = 0;
      for (JsonNode layer : space.path("layers")) {
        named += layer.path("bytes").asLong();
      }
      assertThat(named).isEqualTo(space.path("ownedBytes").asLong()).isEqualTo(content.length);
      JsonNode largest = space.at("/layers/0");
      assertThat(largest.path("top").isNull()).isTrue();
      assertThat(largest.path("volumes").toString()).isEqualTo("[\"one\",\"two\"]");
      assertThat(served.call("status").at("/space/ownedBytes")).isEqualTo(space.path("ownedBytes"));
      assertThat(table(served)).contains("(deleted)", "one, two", "4 MiB owned");
    }
  }

  private static String table(ServedHome served) {
    StringWriter out = new StringWriter();
    PrintWriter printer = new PrintWriter(out, true);
    int status =
        Lunette.run(
            Map.of(), printer, printer, "--home", served.home.toString(), "explain", "space");
    assertThat(status).as(out.toString()).isZero();
    return out.toString();
  }
}
