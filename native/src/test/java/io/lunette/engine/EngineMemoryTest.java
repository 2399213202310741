/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory is bounded by what it was told, whatever is mapped (invariant I7). */
class EngineMemoryTest {

  private static final long MIB = 1 << 20;
  private static final long BUDGET = 2 * MIB;
  private static final int WRITES = 4000;

  /** Wider than what a page of a map covers, so that every write needs a page of its own. */
  private static final long STRIDE = 33 * MIB;

  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName CLONE = new VolumeName("clone");
  private static final int BLOCK = 4096;

  @TempDir Path directory;

  private EngineVolumeDriver driver;
  private long most;

  @Test
  void mapsThatAreLargerThanTheMemoryForThemAreReadAndWrittenAllTheSame() throws Exception {
    Path file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, 1024 * MIB);
    driver = EngineVolumeDriver.open(file, Clock.systemUTC(), BUDGET);
    driver.create(IMAGE, WRITES * STRIDE);
    try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      for (int i = 0; i < WRITES; i++) {
        write(image, i, i);
      }
      BlockingIo.flush(image);
    }
    driver.seal(IMAGE);
    driver.clone(IMAGE, List.of(CLONE));
    Random random = new Random(5);
    try (BlockDevice clone = driver.open(CLONE, AccessMode.READ_WRITE)) {
      for (int i = 0; i < 2000; i++) {
        int at = random.nextInt(WRITES);
        write(clone, at, at + WRITES);
        int other = random.nextInt(WRITES);
        assertThat(read(clone, other) % WRITES).isEqualTo(other);
      }
      BlockingIo.flush(clone);
    }
    driver.abandon();

    assertThat(PoolCheck.check(file).problems()).isEmpty();
    driver = EngineVolumeDriver.open(file, Clock.systemUTC(), BUDGET);
    try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_ONLY);
        BlockDevice clone = driver.open(CLONE, AccessMode.READ_ONLY)) {
      for (int i = 0; i < WRITES; i++) {
        assertThat(read(image, i)).isEqualTo(i);
        assertThat(read(clone, i) % WRITES).isEqualTo(i);
      }
    }
    driver.close();

    // All pages together are more than ten times the budget.
    assertThat(most).isLessThan(2 * BUDGET);
    assertThat(PoolCheck.check(file).problems()).isEmpty();
  }

  private void write(BlockDevice device, int at, int content) throws BlockException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    block.putInt(0, content);
    BlockingIo.write(device, at * STRIDE, block, Durability.VISIBLE);
    most = Math.max(most, driver.cachedBytes());
  }

  private int read(BlockDevice device, int at) throws BlockException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    BlockingIo.read(device, at * STRIDE, block);
    most = Math.max(most, driver.cachedBytes());
    return block.getInt(0);
  }
}
