/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineRecoveryTest {

  private static final long MIB = 1 << 20;
  private static final VolumeName IMAGE = new VolumeName("image");

  @TempDir Path directory;

  private Path file;
  private EngineVolumeDriver driver;

  @BeforeEach
  void createPool() throws Exception {
    file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, 256 * MIB);
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
  }

  @Test
  void flushedBytesOfAVolumeSurviveACrash() throws Exception {
    driver.create(IMAGE, 64 * MIB);
    try (BlockDevice device = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      write(device, 12_800, "before the crash");
      BlockingIo.flush(device);
    }

    crash();

    assertThat(read(IMAGE, 12_800, 16)).isEqualTo("before the crash");
  }

  @Test
  void aCleanCloseKeepsEverythingAndNeedsNoReplay() throws Exception {
    makeImage();

    driver.close();
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());

    assertThat(read(IMAGE, 0, 6)).isEqualTo("golden");
    assertThat(driver.find(IMAGE).orElseThrow().state()).isEqualTo(VolumeState.SEALED);
  }

  @Test
  void aThousandClonesOfAnImageShareItAndKeepTheirOwnWrites() throws Exception {
    makeImage();
    List<VolumeName> names = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      names.add(new VolumeName("replica-" + i));
    }

    driver.clone(IMAGE, names);
    try (BlockDevice device = driver.open(names.get(7), AccessMode.READ_WRITE)) {
      write(device, 2, "XX");
      BlockingIo.flush(device);
    }
    crash();

    assertThat(driver.list()).hasSize(1001);
    assertThat(read(names.get(7), 0, 6)).isEqualTo("goXXen");
    assertThat(read(names.get(8), 0, 6)).isEqualTo("golden");
    assertThat(read(IMAGE, 0, 6)).isEqualTo("golden");
  }

  @Test
  void anEraseLeavesNothingOfWhatWasWrittenOnTheDevice() throws Exception {
    makeImage();
    VolumeName replica = new VolumeName("replica");
    driver.clone(IMAGE, List.of(replica));
    String secret = "TENANT-SECRET-41c0";
    try (BlockDevice device = driver.open(replica, AccessMode.READ_WRITE)) {
      for (long at = 0; at < 8 * MIB; at += 200_704) {
        write(device, at, secret);
      }
      BlockingIo.discard(device, 0, MIB);
      BlockingIo.flush(device);
    }
    assertThat(poolContains(secret)).isTrue();

    EraseReport report =
        driver
            .erase(replica, EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);

    assertThat(poolContains(secret)).isFalse();
    assertThat(report.verifiedBytes()).isEqualTo(report.erasedBytes()).isPositive();
    assertThat(read(replica, 0, 6)).isEqualTo("golden");
    assertThat(driver.find(replica).orElseThrow().allocatedBytes()).isZero();
    assertThat(driver.space().dirtyBytes()).isZero();
  }

  @Test
  void aLayerThatWasScrubbedAwaySinceTheCheckpointIsGoneAfterACrash() throws Exception {
    makeImage();
    VolumeName replica = new VolumeName("replica");
    driver.clone(IMAGE, List.of(replica));
    try (BlockDevice device = driver.open(replica, AccessMode.READ_WRITE)) {
      for (long at = 0; at < 32 * MIB; at += 65_536) {
        write(device, at, "checkpointed");
      }
      BlockingIo.flush(device);
    }
    driver.close();
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    var unused =
        driver
            .erase(replica, EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);

    crash();
    crash();

    assertThat(poolContains("checkpointed")).isFalse();
    assertThat(read(replica, 0, 6)).isEqualTo("golden");
    assertThat(driver.space().dirtyBytes()).isZero();
  }

  @Test
  void anEraseGoesOnAfterACrash() throws Exception {
    makeImage();
    VolumeName replica = new VolumeName("replica");
    driver.clone(IMAGE, List.of(replica));
    String secret = "TENANT-SECRET-97ae";
    try (BlockDevice device = driver.open(replica, AccessMode.READ_WRITE)) {
      for (long at = 0; at < 32 * MIB; at += 65_536) {
        write(device, at, secret);
      }
    }
    driver.erase(replica, EraseRequest.zeroFillVerified());

    crash();

    driver
        .erase(replica, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
    assertThat(poolContains(secret)).isFalse();
    assertThat(read(replica, 0, 6)).isEqualTo("golden");
  }

  @Test
  void bytesThatNoRecordNamesAreGoneAfterTheNextOpen() throws Exception {
    driver.create(IMAGE, 64 * MIB);
    String secret = "NEVER-FLUSHED-5511";
    BlockDevice device = driver.open(IMAGE, AccessMode.READ_WRITE);
    write(device, 0, "durable");
    BlockingIo.flush(device);
    // Fewer than a batch of reservations: the commit of the next would take them along.
    for (long at = MIB; at < 2 * MIB; at += 65_536) {
      write(device, at, secret);
    }
    assertThat(poolContains(secret)).isTrue();

    crash();

    assertThat(read(IMAGE, 0, 7)).isEqualTo("durable");
    assertThat(poolContains(secret)).isFalse();
  }

  @Test
  void checkpointsKeepTheJournalShortUnderManyCommits() throws Exception {
    driver.create(IMAGE, 128 * MIB);
    try (BlockDevice device = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      for (int i = 0; i < 3000; i++) {
        write(device, i * 32_768L, "block " + i);
        BlockingIo.flush(device);
      }
    }

    crash();

    assertThat(read(IMAGE, 2999 * 32_768L, 10)).isEqualTo("block 2999");
    assertThat(read(IMAGE, 1234 * 32_768L, 10)).isEqualTo("block 1234");
  }

  @Test
  void aSecondOpenerOfAPoolIsRefused() {
    assertThatThrownBy(() -> EngineVolumeDriver.open(file, Clock.systemUTC()))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("in use by another");
  }

  @Test
  void aFileThatIsNotAPoolIsRefused() throws Exception {
    Path other = directory.resolve("other");
    Files.write(other, new byte[(int) MIB]);

    assertThatThrownBy(() -> EngineVolumeDriver.open(other, Clock.systemUTC()))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("not a Lunette pool");
  }

  private void makeImage() throws Exception {
    driver.create(IMAGE, 64 * MIB);
    try (BlockDevice device = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      write(device, 0, "golden");
      write(device, MIB, "more gold");
    }
    driver.seal(IMAGE);
  }

  private void crash() throws Exception {
    driver.abandon();
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
  }

  /** Writes whole logical blocks that begin with a text. */
  private static void write(BlockDevice device, long offset, String text) throws Exception {
    long start = offset / 512 * 512;
    ByteBuffer block = ByteBuffer.allocateDirect(512);
    BlockingIo.read(device, start, block);
    block.put((int) (offset - start), text.getBytes(StandardCharsets.UTF_8));
    BlockingIo.write(device, start, block, Durability.VISIBLE);
  }

  private String read(VolumeName volume, long offset, int length) throws Exception {
    try (BlockDevice device = driver.open(volume, AccessMode.READ_ONLY)) {
      long start = offset / 512 * 512;
      ByteBuffer block = ByteBuffer.allocateDirect(512);
      BlockingIo.read(device, start, block);
      byte[] bytes = new byte[length];
      block.get((int) (offset - start), bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private boolean poolContains(String text) throws Exception {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
  }
}
