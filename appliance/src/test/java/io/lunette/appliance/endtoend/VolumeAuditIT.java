/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done to volumes by hand is in the audit trail, also where it is refused. */
class VolumeAuditIT {

  @TempDir Path directory;

  @Test
  void everyChangeOfAVolumeHasItsEntry() throws Exception {
    try (ServedHome served = new ServedHome(directory).start()) {
      String file = directory.resolve("a.raw").toString();
      served.call("volume", "create", "a", "--size", "1M");
      served.call("volume", "snapshot", "a", "s");
      served.call("volume", "rollback", "a", "s");
      served.call("volume", "clone", "s", "c");
      served.call("volume", "resize", "a", "--size", "2M");
      served.call("volume", "export", "a", file);
      byte[] block = Bytes.block(0xb7);
      Files.write(Path.of(file), block, StandardOpenOption.WRITE);
      served.call("volume", "import", "b", file, "--format", "raw");
      Path pool = served.home.resolve("pool.lunette");
      assertThat(Bytes.occurIn(pool, block)).isTrue();
      served.call("volume", "erase", "b");
      assertThat(Bytes.occurIn(pool, block)).isFalse();
      assertThat(served.run("volume", "rollback", "a", "gone").status()).isNotZero();
      served.call("volume", "delete", "c");

      List<String> entries = new ArrayList<>();
      for (JsonNode entry : served.call("audit", "list", "--action", "volume")) {
        entries.add(
            entry.at("/action").asText().replace("volume.", "")
                + " "
                + entry.at("/subject").asText()
                + " "
                + entry.at("/detail").asText());
      }
      assertThat(entries)
          .containsExactly(
              "delete c ",
              "rollback a refused: no volume 'gone'",
              "rollback a to gone",
              "erase b by zero-fill",
              "import b of " + file,
              "export a to " + file,
              "resize a to 2097152 bytes",
              "clone c of s",
              "rollback a to s",
              "snapshot s of a",
              "create a 1048576 bytes");
    }
  }
}
