/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.key.MemoryVault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes of volumes that come at a bad time. */
class VolumeTableTest {

  private static final int EXTENT = 64 * 1024;
  private static final int BLOCK = 4096;
  private static final VolumeName VOLUME = new VolumeName("volume");

  private final FailingDevice device = new FailingDevice(64L << 20);
  private Pool pool;
  private VolumeTable volumes;

  @BeforeEach
  void createVolume() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 4 << 20, new MemoryVault());
    volumes = new VolumeTable(pool);
    create();
  }

  private void create() throws Exception {
    new VolumeMaker(pool).create(VOLUME, 4 * EXTENT, BLOCK, KeyWish.INHERITED);
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
  }

  /** What lies beyond the end is left there by a shrink that failed halfway. */
  @Test
  void resizeOfASealedVolumeLeavesItsLayerAlone() throws Exception {
    try (BlockDevice open = volumes.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer ones = ByteBuffer.allocateDirect(4 * EXTENT);
      while (ones.hasRemaining()) {
        ones.put((byte) 1);
      }
      BlockingIo.write(open, 0, ones.flip(), Durability.DURABLE);
    }
    Layer layer = pool.metadata.chains.volume(VOLUME.value()).top;
    device.failWrites(FailingDevice.at(MapEntry.extent(layer.map.get(0)) * EXTENT + BLOCK));
    assertThatThrownBy(() -> volumes.resize(VOLUME, BLOCK)).isInstanceOf(IOException.class);
    device.heal();
    volumes.seal(VOLUME);
    assertThat(layer.ownedExtents).isEqualTo(4);

    VolumeException refused =
        catchThrowableOfType(VolumeException.class, () -> volumes.resize(VOLUME, 4 * EXTENT));

    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.BUSY);
    assertThat(layer.ownedExtents).isEqualTo(4);
  }
}
