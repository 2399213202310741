/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeDriverConformance;
import io.lunette.engine.key.KeyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The engine keeps the contract of every driver when all its volumes have keys. */
final class EncryptedVolumeDriverTest extends VolumeDriverConformance {

  @TempDir private Path directory;

  @Override
  protected VolumeDriver openDriver() throws Exception {
    Path file = directory.resolve("pool");
    if (!Files.exists(file)) {
      EngineVolumeDriver.createPool(file, 96L << 20);
    }
    EngineVolumeDriver driver =
        EngineVolumeDriver.open(
            file, Clock.systemUTC(), KeyFile.at(directory.resolve("pool.keys")));
    driver.encryptNewVolumes(true);
    return driver;
  }

  /** What was written is nowhere to be found even before it is erased. */
  @Override
  public Optional<Path> backing() {
    return Optional.empty();
  }
}
