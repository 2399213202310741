/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scrubber beside what else goes on in its pool. */
class ScrubPipelineTest {

  private static final int EXTENT = 64 * 1024;
  private static final VolumeName VOLUME = new VolumeName("volume");

  private Pool pool;
  private BlockDevice open;

  @BeforeEach
  void openVolume() throws Exception {
    PagedDevice device = new PagedDevice(64L << 20);
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 4 << 20, new MemoryVault());
    new VolumeMaker(pool).create(VOLUME, 8 * EXTENT, 4096, KeyWish.INHERITED);
    open = new VolumeTable(pool).open(VOLUME, AccessMode.READ_WRITE);
  }

  @AfterEach
  void closePool() throws Exception {
    open.close();
    pool.close();
  }

  /** The device serves every other read at once, so half of these never see an I/O thread. */
  @Test
  void operationsAreSeenWhereverTheyAreServed() throws Exception {
    ByteBuffer block = ByteBuffer.allocateDirect(4096);
    BlockingIo.write(open, 0, block.putLong(0, 1), Durability.VISIBLE);
    long before = pool.operations.sum();

    for (int i = 0; i < 4; i++) {
      BlockingIo.read(open, 0, block.clear());
    }
    BlockingIo.flush(open);

    assertThat(pool.operations.sum() - before).isEqualTo(5);
  }
}
