/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A volume whose key's record is lost. */
class LostKeyMergeTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName SNAPSHOT = new VolumeName("snapshot");
  private static final int RECORD = 0x4C4E4B59;

  private final PagedDevice device = new PagedDevice(64L << 20);
  private final MemoryVault vault = new MemoryVault();

  /** So a crash in a merge of them is suspected of the same as with the key. */
  @Test
  void itsLayersAreAPairAllTheSame() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    Pool pool = Pool.open(device, Clock.systemUTC(), 4 << 20, vault);
    new VolumeMaker(pool).create(VOLUME, 1 << 20, PoolLayout.BLOCK_BYTES, KeyWish.DEMANDED);
    try (BlockDevice open = new VolumeTable(pool).open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, 1);
      BlockingIo.write(open, 0, block, Durability.DURABLE);
    }
    pool.lineage.snapshot(VOLUME, SNAPSHOT);
    pool.close();
    for (int page = 0; page < device.sizeBytes() / PagedDevice.PAGE; page++) {
      if (ByteBuffer.wrap(device.page(page)).getInt(0) == RECORD) {
        device.put((long) page * PagedDevice.PAGE, new byte[PagedDevice.PAGE], 0, PagedDevice.PAGE);
      }
    }

    Pool reopened = Pool.open(device, Clock.systemUTC(), 4 << 20, vault);
    Volume volume = reopened.metadata.chains.volume(VOLUME.value());
    Layer lower = volume.top.parent;
    assertThat(lower.key().record()).as("the record").isNull();
    boolean isPair;
    // A merge waits for whoever writes to the volume.
    volume.writers.readLock().lock();
    try {
      assertThat(new VolumeTable(reopened).delete(SNAPSHOT)).isTrue();
      isPair = LayerMerge.isPair(reopened.metadata.chains, lower, volume.top);
    } finally {
      volume.writers.readLock().unlock();
    }

    assertThat(isPair).isTrue();
    reopened.close();
  }
}
