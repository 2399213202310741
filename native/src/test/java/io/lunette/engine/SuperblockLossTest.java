/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Either superblock is damaged at some time in the life of a pool: the other one and the journal
 * bring back all that was acknowledged.
 */
class SuperblockLossTest {

  private static final VolumeName IMAGE = new VolumeName("image");
  private static final int BLOCK = PoolLayout.BLOCK_BYTES;

  /** More than enough commits for a checkpoint of a pool as {@link CrashLife} has it. */
  private static final int MANY = 40;

  /** What the first block of each volume holds. */
  private final Map<VolumeName, Integer> acknowledged = new LinkedHashMap<>();

  private EngineVolumeDriver driver;

  @Test
  void commitsSinceThePoolWasOpenedAreThere() throws Exception {
    PagedDevice device = newPool();
    cloneSome(5);
    PagedDevice left = device.copy();
    driver.close();

    requireAllWithoutEither(left);
  }

  @Test
  void commitsSinceACheckpointAreThere() throws Exception {
    PagedDevice device = newPool();
    for (int i = 0; i < 3; i++) {
      cloneSome(MANY + i);
      requireAllWithoutEither(device.copy());
    }
    driver.close();
  }

  @Test
  void aPoolThatWasClosedIsThereAndOneThatWasOpenedAgainToo() throws Exception {
    PagedDevice device = newPool();
    cloneSome(7);
    driver.close();
    requireAllWithoutEither(device.copy());

    open(device);
    requireAllWithoutEither(device.copy());
    cloneSome(1);
    requireAllWithoutEither(device.copy());
    driver.close();
  }

  @Test
  void whatOnlyACheckpointKnowsForTheRingWasFullIsThere() throws Exception {
    SimulatedDevice device = new SimulatedDevice(64L << 20);
    PoolState.format(device, new UUID(1, 3));
    open(device);
    makeImage();
    device.setFull(true);
    cloneUntilRefused();
    device.setFull(false);
    cloneSome(3);
    device.die();
    driver.abandon();

    for (long seed = 0; seed < 4; seed++) {
      for (boolean newest : new boolean[] {true, false}) {
        SimulatedDevice left = device.afterDeath(new Random(seed));
        damage(left, newest, (int) seed);
        requireAll(left);
      }
    }
  }

  private PagedDevice newPool() throws Exception {
    PagedDevice device = new PagedDevice(CrashLife.POOL_BYTES);
    CrashLife.format(device, 3);
    open(device);
    makeImage();
    return device;
  }

  private void open(RawDevice device) throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20);
  }

  private void makeImage() throws Exception {
    driver.create(IMAGE, 1 << 20);
    driver.seal(IMAGE);
  }

  /** Makes clones, each durably and with a durable write of its number. */
  private void cloneSome(int count) throws VolumeException, BlockException {
    for (int i = 0; i < count; i++) {
      VolumeName name = cloneOne();
      try (BlockDevice clone = driver.open(name, AccessMode.READ_WRITE)) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        block.putInt(0, acknowledged.size());
        BlockingIo.write(clone, 0, block, Durability.DURABLE);
      }
      acknowledged.put(name, acknowledged.size());
    }
  }

  private void cloneUntilRefused() {
    VolumeException refused =
        catchThrowableOfType(
            VolumeException.class,
            () -> {
              while (true) {
                acknowledged.put(cloneOne(), 0);
              }
            });
    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.OUT_OF_SPACE);
  }

  private VolumeName cloneOne() throws VolumeException {
    VolumeName name = new VolumeName("clone-" + acknowledged.size());
    driver.clone(IMAGE, List.of(name));
    return name;
  }

  private void requireAllWithoutEither(PagedDevice left) throws Exception {
    for (int field = 0; field < 4; field++) {
      for (boolean newest : new boolean[] {true, false}) {
        PagedDevice damaged = left.copy();
        damage(damaged, newest, field);
        requireAll(damaged);
      }
    }
  }

  private void requireAll(RawDevice device) throws Exception {
    try (EngineVolumeDriver recovered =
        EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20)) {
      for (var volume : acknowledged.entrySet()) {
        assertThat(recovered.find(volume.getKey())).as("%s", volume.getKey()).isPresent();
        try (BlockDevice clone = recovered.open(volume.getKey(), AccessMode.READ_ONLY)) {
          ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
          BlockingIo.read(clone, 0, block);
          assertThat(block.getInt(0)).as("%s", volume.getKey()).isEqualTo(volume.getValue());
        }
      }
    }
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  /** Inverts a bit of the superblock that counts, or of the other one. */
  private static void damage(RawDevice device, boolean newest, int field) throws Exception {
    int[] offsets = {16, 56, 96, 140};
    ByteBuffer a = superblock(device, 0);
    ByteBuffer b = superblock(device, 1);
    boolean aIsNewest = generation(a, 0) > generation(b, 1);
    long slot = aIsNewest == newest ? 0 : 1;
    ByteBuffer page = slot == 0 ? a : b;
    page.put(offsets[field], (byte) (page.get(offsets[field]) ^ 1));
    device.write(Superblock.offsetFor(slot), page);
    device.flush();
  }

  private static ByteBuffer superblock(RawDevice device, long slot) throws Exception {
    ByteBuffer page = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    device.read(Superblock.offsetFor(slot), page);
    return page;
  }

  private static long generation(ByteBuffer page, long slot) throws FormatException {
    return Superblock.decode(page, Superblock.offsetFor(slot)).generation();
  }
}
