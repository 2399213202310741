/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DataRuns;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was scrubbed is dealt again before what was never used. */
class SpaceReuseTest {

  private static final int MIB = 1 << 20;
  private static final int WRITTEN = 16;
  private static final int ROUNDS = 10;
  private static final VolumeName VOLUME = new VolumeName("volume");

  @TempDir Path directory;

  @Test
  void aSparsePoolTakesNoMoreThanWasInUseAtATime() throws Exception {
    Path pool = directory.resolve("pool");
    EngineVolumeDriver.createPool(pool, 512 * MIB);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
      driver.create(VOLUME, 64 * MIB);
      writeAndErase(driver);
      long once = held(pool);
      for (int round = 0; round < ROUNDS; round++) {
        writeAndErase(driver);
      }

      assertThat(once).isGreaterThan(WRITTEN * MIB);
      // What is reserved ahead of writers comes on top: twice as much as they took at a time.
      assertThat(held(pool)).isLessThan(once + 3L * WRITTEN * MIB);
      assertThat(RawBytes.occurrences(pool, filled(512))).isZero();
    }
  }

  private static void writeAndErase(EngineVolumeDriver driver) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocateDirect(MIB).put(filled(MIB)).flip();
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      for (int i = 0; i < WRITTEN; i++) {
        BlockingIo.write(device, (long) i * MIB, bytes, Durability.VISIBLE);
      }
      BlockingIo.flush(device);
    }
    var unused =
        driver
            .erase(VOLUME, EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 7);
    return bytes;
  }

  private static long held(Path pool) throws Exception {
    return DataRuns.of(pool).stream().mapToLong(DataRuns.Run::lengthBytes).sum();
  }
}
