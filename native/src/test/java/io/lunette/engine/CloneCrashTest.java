/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** After a crash the image does not show through what its clone gave up, zeroed or cut off. */
class CloneCrashTest {

  private static final int EXTENT = PoolLayout.EXTENT_BYTES;
  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final int SECTOR = 512;
  private static final int SIZE = 4 * EXTENT;
  private static final int CRASHES = 6;
  private static final byte GOLD = 9;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName CLONE = new VolumeName("clone");

  private SimulatedDevice device;
  private EngineVolumeDriver driver;
  private byte[] expected;

  private interface Zeroing {
    void apply(BlockDevice clone, long offset, long length) throws BlockException;
  }

  @BeforeEach
  void makeClone() throws Exception {
    device = new SimulatedDevice(64L << 20);
    PoolState.format(device, new UUID(4, 4));
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
    driver.create(IMAGE, SIZE);
    expected = new byte[SIZE];
    Arrays.fill(expected, GOLD);
    write(IMAGE, 0, expected);
    driver.seal(IMAGE);
    driver.clone(IMAGE, List.of(CLONE));
  }

  @Test
  void whatWasDiscardedStaysZero() throws Exception {
    zero(BlockingIo::discard);
  }

  @Test
  void whatWasWrittenAsZeroesStaysZero() throws Exception {
    zero(
        (clone, offset, length) ->
            BlockingIo.writeZeroes(clone, offset, length, Provisioning.KEEP, Durability.VISIBLE));
  }

  @Test
  void whatWasWrittenAsZeroesAndGivenBackStaysZero() throws Exception {
    zero(
        (clone, offset, length) ->
            BlockingIo.writeZeroes(
                clone, offset, length, Provisioning.MAY_RELEASE, Durability.VISIBLE));
  }

  @Test
  void whatAShrinkCutOffStaysZeroWhenTheCloneHasGrownAgain() throws Exception {
    write(CLONE, 2 * EXTENT, filled(EXTENT, 5));
    driver.resize(CLONE, EXTENT + 3 * BLOCK);
    driver.resize(CLONE, 2L * SIZE);

    expected = Arrays.copyOf(Arrays.copyOf(expected, EXTENT + 3 * BLOCK), 2 * SIZE);
    requireAfterCrashes();
  }

  @Test
  void whatWasDiscardedStaysZeroWithoutTheImagesNameToo() throws Exception {
    try (BlockDevice clone = driver.open(CLONE, AccessMode.READ_WRITE)) {
      BlockingIo.discard(clone, 0, 2 * EXTENT);
      BlockingIo.flush(clone);
    }
    Arrays.fill(expected, 0, 2 * EXTENT, (byte) 0);

    driver.delete(IMAGE);

    requireAfterCrashes();
  }

  /** Whole extents, whole blocks, single sectors, and across what the clone has written itself. */
  private void zero(Zeroing zeroing) throws Exception {
    write(CLONE, 2 * EXTENT + BLOCK, filled(3 * BLOCK, 5));
    Arrays.fill(expected, 2 * EXTENT + BLOCK, 2 * EXTENT + 4 * BLOCK, (byte) 5);
    int[][] ranges = {
      {0, EXTENT},
      {EXTENT + BLOCK, 2 * BLOCK},
      {EXTENT + 8 * BLOCK + SECTOR, SECTOR},
      {2 * EXTENT + 2 * BLOCK + SECTOR, EXTENT},
    };
    try (BlockDevice clone = driver.open(CLONE, AccessMode.READ_WRITE)) {
      for (int[] range : ranges) {
        zeroing.apply(clone, range[0], range[1]);
        Arrays.fill(expected, range[0], range[0] + range[1], (byte) 0);
      }
      BlockingIo.flush(clone);
    }
    requireAfterCrashes();
  }

  /** Each keeps another half of what was not flushed, and a second one follows in the recovery. */
  private void requireAfterCrashes() throws Exception {
    device.die();
    driver.abandon();
    for (long seed = 0; seed < CRASHES; seed++) {
      SimulatedDevice left = device.afterDeath(new Random(seed));
      driver = EngineVolumeDriver.open(left, Clock.systemUTC(), 4 << 20);
      assertThat(read(CLONE)).as("crash %d", seed).isEqualTo(expected);
      left.die();
      driver.abandon();

      SimulatedDevice again = left.afterDeath(new Random(~seed));
      driver = EngineVolumeDriver.open(again, Clock.systemUTC(), 4 << 20);
      assertThat(read(CLONE)).as("second crash %d", seed).isEqualTo(expected);
      driver.close();
      assertThat(PoolCheck.check(again).problems()).isEmpty();
    }
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private void write(VolumeName name, long offset, byte[] content) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(content.length).put(content).flip();
      BlockingIo.write(volume, offset, bytes, Durability.DURABLE);
    }
  }

  private byte[] read(VolumeName name) throws Exception {
    byte[] content = new byte[(int) driver.find(name).orElseThrow().sizeBytes()];
    ByteBuffer bytes = ByteBuffer.allocateDirect(content.length);
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      BlockingIo.read(volume, 0, bytes);
    }
    bytes.get(0, content);
    return content;
  }
}
