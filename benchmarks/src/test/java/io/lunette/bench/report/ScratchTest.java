/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ScratchTest {

  @Test
  void whereverItLiesOtherProgramsFindItByItsPath() throws Exception {
    Path path;
    try (Scratch scratch = Scratch.in(Path.of("target"))) {
      path = scratch.path();
      assertThat(path).isAbsolute().isDirectory();
    }
    assertThat(path).doesNotExist();
  }
}
