/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A volume that discarded something, of which the page that tells what is damaged with its copy: a
 * repair has that scrubbed as nobody's.
 */
class DroppedRepairTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName OTHER = new VolumeName("other");
  private static final int EXTENT = PoolLayout.EXTENT_BYTES;
  private static final EraseRequest THREE_PASSES =
      new EraseRequest(EraseMethod.OVERWRITE, new ErasePasses(0x55, 3), EraseSample.ALL);

  private final PagedDevice device = new PagedDevice(64L << 20);
  private EngineVolumeDriver driver;

  @BeforeEach
  void damageWhatTheVolumeDropped() throws Exception {
    PoolState.format(device, new UUID(5, 7));
    open();
    for (VolumeName name : new VolumeName[] {VOLUME, OTHER}) {
      driver.create(name, 16 * EXTENT);
      write(name);
    }
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.discard(volume, 0, 2 * EXTENT);
    }
    driver.close();
    for (VolumeName name : new VolumeName[] {VOLUME, OTHER}) {
      assertThat(RawBytes.occurrences(device, mark(name))).isEqualTo(4);
    }
    TreePages.damage(device, TreePages.newestLeaf(device, TreePages.DROPPED));
  }

  @AfterEach
  void closeThePool() throws Exception {
    driver.close();
  }

  @Test
  void itsNextEraseSpeaksNotForThat() throws Exception {
    assertThat(PoolRepair.repair(device).report().problems()).isEmpty();
    open();

    assertThat(erase(VOLUME)).isEqualTo(EraseClaim.HIDDEN);
    assertThat(erase(OTHER)).isEqualTo(EraseClaim.REMOVED);
    write(VOLUME);
    assertThat(erase(VOLUME)).isEqualTo(EraseClaim.REMOVED);
  }

  private EraseClaim erase(VolumeName name) throws Exception {
    EraseClaim claim =
        driver
            .erase(name, THREE_PASSES)
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES)
            .claim();
    assertThat(RawBytes.occurrences(device, mark(name))).isZero();
    return claim;
  }

  private void write(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer extents = ByteBuffer.allocateDirect(4 * EXTENT);
      for (int at = 0; at < extents.limit(); at += EXTENT) {
        extents.put(at, mark(name));
      }
      BlockingIo.write(volume, 0, extents, Durability.DURABLE);
    }
  }

  private static byte[] mark(VolumeName name) {
    return ("what is written to " + name).getBytes(StandardCharsets.US_ASCII);
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }
}
