/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.appliance.config.ByteSize;
import io.lunette.blockio.Directories;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.core.volume.PoolSpace;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.NotAPoolException;
import io.lunette.engine.key.KeyVault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Optional;

/** The pool that an appliance serves from. */
public final class PoolFile {

  private static final long EXTENT_BYTES = 64 << 10;

  private PoolFile() {}

  /**
   * Opens a pool, or makes one of that size if there is no such file. A new pool appears under its
   * name only when it is whole, so that a crash never leaves half of one.
   *
   * @param vault where the keys are by which volumes are encrypted
   * @throws ApplianceException if it is in use, is not a pool, or cannot be made; nothing is
   *     changed then
   */
  public static EngineVolumeDriver openOrCreate(Path file, long sizeBytes, KeyVault vault)
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
      return EngineVolumeDriver.open(pool, Clock.systemUTC(), vault);
    } catch (VolumeException e) {
      String named = e.getMessage().startsWith(pool.toString()) ? "" : pool + ": ";
      String hint =
          e.getCause() instanceof NotAPoolException && LinuxRawDevice.isBlockDevice(pool)
              ? ": 'lunette pool create " + pool + "' makes one of it"
              : "";
      throw new ApplianceException("pool " + named + e.getMessage() + hint, e);
    } catch (IOException e) {
      throw new ApplianceException("cannot make pool " + pool + ": " + Home.reason(e), e);
    }
  }

  /**
   * What to tell whoever asked for a pool of that size and opened one that was there already; empty
   * if that is its size.
   */
  static Optional<String> sizeDiffers(Path file, long askedBytes, PoolSpace found) {
    long asked = askedBytes / EXTENT_BYTES * EXTENT_BYTES;
    if (found.sizeBytes() == asked) {
      return Optional.empty();
    }
    String has =
        "pool "
            + file
            + " has "
            + new ByteSize(found.sizeBytes()).forPeople()
            + " already, not "
            + new ByteSize(askedBytes).forPeople();
    return Optional.of(
        has
            + (asked > found.sizeBytes()
                ? ": --pool-size is for a new pool; grow it with 'lunette pool grow --size "
                    + new ByteSize(askedBytes).exact()
                    + "'"
                : ": --pool-size is for a new pool, and a pool does not shrink; leave it out"));
  }

  private static void create(Path pool, long sizeBytes) throws IOException, VolumeException {
    Path unfinished = pool.resolveSibling(pool.getFileName() + ".new");
    Files.deleteIfExists(unfinished);
    EngineVolumeDriver.createPool(unfinished, sizeBytes);
    Files.move(unfinished, pool, StandardCopyOption.ATOMIC_MOVE);
    Directories.flush(pool.toAbsolutePath().getParent());
  }
}
