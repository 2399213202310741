/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;

/** The pool that an appliance serves from. */
public final class PoolFile {

  private PoolFile() {}

  /**
   * Opens a pool, or makes one of that size if there is no such file. A new pool appears under its
   * name only when it is whole, so that a crash never leaves half of one.
   *
   * @throws ApplianceException if it is in use, is not a pool, or cannot be made; nothing is
   *     changed then
   */
  public static EngineVolumeDriver openOrCreate(Path file, long sizeBytes)
      throws ApplianceException {
    Path pool = file.toAbsolutePath().normalize();
    try {
      if (!Files.exists(pool)) {
        Path directory = pool.getParent();
        if (!Files.isDirectory(directory)) {
          throw new ApplianceException(
              "cannot make pool " + pool + ": there is no directory " + directory);
        }
        create(pool, sizeBytes);
      }
      return EngineVolumeDriver.open(pool, Clock.systemUTC());
    } catch (VolumeException e) {
      String named = e.getMessage().startsWith(pool.toString()) ? "" : pool + ": ";
      throw new ApplianceException("pool " + named + e.getMessage(), e);
    } catch (IOException e) {
      throw new ApplianceException("cannot make pool " + pool + ": " + Home.reason(e), e);
    }
  }

  private static void create(Path pool, long sizeBytes) throws IOException, VolumeException {
    Path unfinished = pool.resolveSibling(pool.getFileName() + ".new");
    Files.deleteIfExists(unfinished);
    EngineVolumeDriver.createPool(unfinished, sizeBytes);
    Files.move(unfinished, pool, StandardCopyOption.ATOMIC_MOVE);
  }
}
