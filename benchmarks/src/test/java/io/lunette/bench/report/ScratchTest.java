/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.appliance.cli.CommandFailure;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void whereThereIsTooLittleRoomNothingIsMade(@TempDir Path directory) {
    assertThatThrownBy(() -> Scratch.withRoom(directory, 1L << 60))
        .isInstanceOf(CommandFailure.class)
        .hasMessage(directory + " has less than 1048576 TiB free");

    assertThat(directory).isEmptyDirectory();
  }
}
