/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.engine.key.KeyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolFileTest {

  @TempDir Path directory;

  @Test
  void tooSmallASizeIsRefusedByThePoolsNameAndLeavesNothing() throws Exception {
    Path pool = directory.resolve("pool.lunette");

    ApplianceException refused =
        catchThrowableOfType(
            ApplianceException.class, () -> PoolFile.openOrCreate(pool, 5, KeyFile.in(directory)));

    assertThat(refused)
        .hasMessage("pool " + pool + ": a pool needs at least 32 MiB, this has 5 bytes");
    try (var files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }
}
