/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A crash in the middle of an opening leaves either superblock as a way to the whole pool. */
class OpeningCrashTest {

  private static final int VOLUMES = 120;
  private static final int PAGE = PagedDevice.PAGE;

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void theNewestSuperblockCouldNotBeReadForThatOpening(int rounds) throws Exception {
    PagedDevice left = poolLeftByACrash(rounds);
    PagedDevice worn = left.copy();
    assertThat(LostSuperblock.newestOfTwo(worn)).isTrue();
    int newest = left.page(0) == worn.page(0) ? pageOf(1) : pageOf(0);

    RecordingDevice.Crashes crashes = opening(worn).crashes();
    while (crashes.advance()) {
      PagedDevice image = crashes.image(new Random(crashes.at()), crashes.at() % 2);
      if (Arrays.equals(image.page(newest), worn.page(newest))) {
        image.put((long) newest * PAGE, left.page(newest), 0, PAGE);
      }
      requireVolumes(image, rounds, crashes.at());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void theNewestSuperblockIsDamagedAfterIt(int rounds) throws Exception {
    RecordingDevice.Crashes crashes = opening(poolLeftByACrash(rounds)).crashes();
    while (crashes.advance()) {
      PagedDevice image = crashes.image(new Random(crashes.at()), crashes.at() % 2);
      assertThat(LostSuperblock.newestOfTwo(image)).isTrue();
      requireVolumes(image, rounds, crashes.at());
    }
  }

  private static int pageOf(long generation) {
    return (int) (Superblock.offsetFor(generation) / PAGE);
  }

  /** Its last checkpoint gave up pages that the superblock before still refers to. */
  private static PagedDevice poolLeftByACrash(int rounds) throws Exception {
    PagedDevice device = new PagedDevice(64L << 20);
    PoolState.format(device, new UUID(1, 2));
    try (EngineVolumeDriver driver = open(device)) {
      for (int i = 0; i < VOLUMES; i++) {
        driver.create(name(i), 16 << 20);
      }
    }
    Pool pool = Pool.open(device, Clock.systemUTC(), 8 << 20, KeyVault.none());
    VolumeIo io = new VolumeIo(pool.path);
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < VOLUMES; i++) {
        ByteBuffer block = ByteBuffer.allocateDirect(PAGE).putInt(0, i + round);
        Layer top = pool.metadata.chains.volume(name(i).value()).top;
        io.write(top, (long) round * PoolLayout.EXTENT_BYTES, block, Durability.VISIBLE);
      }
      pool.log.checkpoint();
    }
    PagedDevice left = device.copy();
    pool.abandon();
    return left;
  }

  private static VolumeName name(int number) {
    return new VolumeName("volume-" + number);
  }

  private static RecordingDevice opening(PagedDevice left) throws Exception {
    RecordingDevice device = new RecordingDevice(left);
    open(device).abandon();
    return device;
  }

  private static EngineVolumeDriver open(PagedDevice device) throws Exception {
    return EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20);
  }

  private static void requireVolumes(PagedDevice image, int rounds, int call) throws Exception {
    assertThat(PoolCheck.check(image).problems().stream().filter(p -> !p.isRepairable()))
        .as("crash after call %d", call)
        .isEmpty();
    EngineVolumeDriver driver = open(image);
    for (int i = 0; i < VOLUMES; i += VOLUMES / 4) {
      try (BlockDevice volume = driver.open(name(i), AccessMode.READ_ONLY)) {
        ByteBuffer block = ByteBuffer.allocateDirect(PAGE);
        BlockingIo.read(volume, (rounds - 1L) * PoolLayout.EXTENT_BYTES, block);
        assertThat(block.getInt(0)).as("crash after call %d", call).isEqualTo(i + rounds - 1);
      }
    }
    driver.abandon();
  }
}
