/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.volume.VolumeException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool that could not be made leaves what was there, and nothing else. */
class CreatedPoolTest {

  @TempDir Path directory;

  @Test
  void aLinkToNothingIsSomethingThatIsThere() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("pool"), directory.resolve("nowhere"));

    VolumeException refused =
        catchThrowableOfType(
            VolumeException.class, () -> EngineVolumeDriver.createPool(link, 64 << 20));

    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.CONFLICT);
    assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void oneThatIsTooSmallIsNotLeft() throws Exception {
    Path file = directory.resolve("pool");

    VolumeException refused =
        catchThrowableOfType(VolumeException.class, () -> EngineVolumeDriver.createPool(file, 1));

    assertThat(refused).isNotNull();
    assertThat(file).doesNotExist();
  }
}
