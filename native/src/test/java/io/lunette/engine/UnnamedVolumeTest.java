/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.key.KeyVault;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A pool opens, and what it has cannot be listed: here by a name that is none. */
class UnnamedVolumeTest {

  private static final int CACHE_BYTES = 4 << 20;

  private final Device device = new Device();

  @Test
  void theDeviceIsLetGo() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    try (Pool pool = Pool.open(device, Clock.systemUTC(), CACHE_BYTES, KeyVault.none())) {
      pool.metadata.lock.lock();
      try {
        makeVolume(pool.metadata.chains);
      } finally {
        pool.metadata.lock.unlock();
      }
      pool.log.commit();
    }
    device.isClosed = false;

    assertThatThrownBy(() -> EngineVolumeDriver.open(device, Clock.systemUTC(), CACHE_BYTES))
        .hasMessageContaining("not a volume name");

    assertThat(device.isClosed).isTrue();
  }

  private static void makeVolume(Chains chains) throws Exception {
    Layer layer = chains.createLayer(null, 1 << 20, 1, null);
    Volume ignored =
        chains.createVolume(
            new VolumeSlot(
                VolumeSlot.State.WRITABLE,
                new UUID(1, 1),
                layer.id,
                1 << 20,
                0,
                "/",
                VolumeSlot.Erase.NONE,
                0,
                VolumeSlot.Use.NONE),
            layer);
  }

  private static final class Device extends PagedDevice {

    private boolean isClosed;

    Device() {
      super(64L << 20);
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }
}
