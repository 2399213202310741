/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What is erased lies on a bad sector: a page cache would take the zeroes, and fail all flushes.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PastCacheTest {

  private static final VolumeName RETURNED = new VolumeName("returned");
  private static final VolumeName IN_USE = new VolumeName("in-use");
  private static final int MARK = 0x5EC4E7;

  private final CachedDevice device = new CachedDevice();
  private EngineVolumeDriver driver;

  @BeforeEach
  void makeThePool() throws Exception {
    PoolState.format(device, new UUID(7, 7));
  }

  @Test
  void whatACrashHasLeftThereKeepsThePoolFromNobody() throws Exception {
    Pool pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
    long place = pool.allocator.take(new Neighbours(), 0) * PoolLayout.EXTENT_BYTES;
    pool.abandon();
    device.bad = place;

    open();

    assertThat(driver.orphanTrouble().orElseThrow()).contains("64 KiB").contains("at " + place);
    driver.create(IN_USE, 1 << 20);
    write(IN_USE, 1);
    driver.close();
  }

  @Test
  void aBlockOfOneVolumeQuarantinesThatAlone() throws Exception {
    open();
    driver.create(RETURNED, 1 << 20);
    driver.create(IN_USE, 1 << 20);
    write(RETURNED, MARK);
    write(IN_USE, 1);
    device.bad = device.placeOf(MARK);

    assertThatThrownBy(erase()::join).hasMessageContaining("at " + device.bad);

    assertThat(driver.find(RETURNED).orElseThrow().state()).isEqualTo(VolumeState.QUARANTINED);
    write(IN_USE, 2);
    driver.close();
    open();
    write(IN_USE, 3);
    device.bad = -1;
    erase().join();
    assertThat(device.placeOf(MARK)).isNegative();
    driver.close();
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }

  private CompletableFuture<?> erase() throws Exception {
    return driver.erase(RETURNED, EraseRequest.zeroFillVerified()).result().toCompletableFuture();
  }

  private void write(VolumeName name, int number) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, number);
      BlockingIo.write(volume, 0, block, Durability.VISIBLE);
      BlockingIo.flush(volume);
    }
  }

  /** Has one bad place, of which a write through its cache hears nothing. */
  private static final class CachedDevice extends PagedDevice {

    private volatile long bad = -1;
    private volatile boolean hasLost;

    CachedDevice() {
      super(64L << 20);
    }

    @Override
    public Set<Feature> features() {
      return Set.of(Feature.DIRECT_IO);
    }

    private boolean isBad(long offset, ByteBuffer source) {
      return FailingDevice.at(bad).takes(offset, source.remaining());
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      if (isBad(offset, source)) {
        hasLost = true;
      } else {
        super.write(offset, source);
      }
    }

    @Override
    public void writePast(long offset, ByteBuffer source) throws DeviceException {
      if (isBad(offset, source)) {
        throw new DeviceException("simulated: cannot write at " + offset);
      }
      super.write(offset, source);
    }

    @Override
    public void flush() throws DeviceException {
      if (hasLost) {
        throw new DeviceException("simulated: a write was lost");
      }
    }
  }
}
