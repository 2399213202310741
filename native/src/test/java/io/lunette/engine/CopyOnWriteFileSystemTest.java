/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.ScratchDevices;
import io.lunette.blockio.Support;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an erase claims is held to the bytes under the file system that the pool lies on. */
final class CopyOnWriteFileSystemTest {

  private static final long FILE_SYSTEM_BYTES = 256L << 20;
  private static final long POOL_BYTES = 64L << 20;
  private static final int WRITTEN_BYTES = 1 << 20;
  private static final VolumeName VOLUME = new VolumeName("tenant");
  private static final byte[] MARK = "what the tenant wrote;".getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(names = {"ZERO_FILL", "OVERWRITE"})
  void aNewPoolIsOverwrittenInPlace(EraseMethod method) throws Exception {
    EraseReport report;
    try (var mount = ScratchDevices.mount("btrfs", directory, FILE_SYSTEM_BYTES)) {
      Path pool = newPool(mount);
      try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
        write(driver);
        report = erase(driver, method);

        assertThat(driver.overwriteTrouble()).isEmpty();
      }
    }

    assertThat(report.claim()).isEqualTo(EraseClaim.REMOVED);
    assertThat(marksOnTheMedium()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"ZERO_FILL", "OVERWRITE"})
  void aPoolThatIsWrittenElsewhereIsOnlyHidden(EraseMethod method) throws Exception {
    EraseReport report;
    try (var mount = ScratchDevices.mount("btrfs", directory, FILE_SYSTEM_BYTES)) {
      // A copy is as its directory has new files, and not as its original is.
      Path pool =
          Files.write(mount.directory().resolve("copy"), Files.readAllBytes(newPool(mount)));
      try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
        write(driver);
        report = erase(driver, method);

        assertThat(driver.overwriteTrouble().orElseThrow())
            .contains("scrubs only hide")
            .contains("(btrfs)")
            .contains("chattr +C");
      }
    }

    assertThat(report.claim()).isEqualTo(EraseClaim.HIDDEN);
    assertThat(marksOnTheMedium()).isPositive();
  }

  @Test
  void whatASnapshotHasIsOnlyHidden() throws Exception {
    EraseReport report;
    try (var mount = ScratchDevices.mount("btrfs", directory, FILE_SYSTEM_BYTES)) {
      Path pool = newPool(mount);
      try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
        write(driver);
        ScratchDevices.require(
            "btrfs",
            "subvolume",
            "snapshot",
            mount.directory().toString(),
            mount.directory().resolve("snapshot").toString());

        report = erase(driver, EraseMethod.ZERO_FILL);

        assertThat(driver.device().overwriteInPlace()).isEqualTo(Support.YES);
      }
    }

    assertThat(report.claim()).isEqualTo(EraseClaim.HIDDEN);
    assertThat(marksOnTheMedium()).isPositive();
  }

  private static Path newPool(ScratchDevices.Mount mount) throws Exception {
    Path pool = mount.directory().resolve("pool");
    EngineVolumeDriver.createPool(pool, POOL_BYTES);
    return pool;
  }

  private int marksOnTheMedium() throws Exception {
    return RawBytes.occurrences(ScratchDevices.behind(directory), MARK);
  }

  private static void write(EngineVolumeDriver driver) throws Exception {
    ByteBuffer marked = ByteBuffer.allocateDirect(WRITTEN_BYTES);
    while (marked.remaining() >= MARK.length) {
      marked.put(MARK);
    }
    driver.create(VOLUME, WRITTEN_BYTES);
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(device, 0, marked.position(0), Durability.VISIBLE);
      BlockingIo.flush(device);
    }
  }

  private static EraseReport erase(EngineVolumeDriver driver, EraseMethod method) throws Exception {
    return driver
        .erase(VOLUME, new EraseRequest(method, true))
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }
}
