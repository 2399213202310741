/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeDriverConformance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The engine keeps the contract of every driver. */
final class EngineVolumeDriverTest extends VolumeDriverConformance {

  @TempDir private Path directory;

  @Override
  protected VolumeDriver openDriver() throws Exception {
    Path file = backing().orElseThrow();
    if (!Files.exists(file)) {
      EngineVolumeDriver.createPool(file, 96L << 20);
    }
    return EngineVolumeDriver.open(file, Clock.systemUTC());
  }

  @Override
  public Optional<Path> backing() {
    return Optional.of(directory.resolve("pool"));
  }
}
