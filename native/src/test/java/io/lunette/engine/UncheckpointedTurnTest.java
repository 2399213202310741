/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolReport;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.MemoryVault;
import io.lunette.engine.map.PageCache;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * An epoch is turned in a pool whose opening found no space for its checkpoint: the superblock says
 * that the pool was closed.
 */
class UncheckpointedTurnTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName ERASED = new VolumeName("erased");
  private static final int BLOCK = 4096;

  private final Device device = new Device();
  private final MemoryVault vault = new MemoryVault();

  @Test
  void whereverItIsCutShortThatIsNoDamage() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    EngineVolumeDriver driver = open();
    driver.createEncrypted(VOLUME, 1 << 20, BLOCK);
    driver.createEncrypted(ERASED, 1 << 20, BLOCK);
    driver.close();
    device.isFull = true;
    driver = open();
    byte[] key = RawBytes.ofKey(device, ERASED);

    EraseReport ignored =
        driver
            .erase(ERASED, new EraseRequest(EraseMethod.CRYPTO, false))
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);

    driver.abandon();
    assertThat(vault.epochs()).containsExactly(2L);
    assertThat(RawBytes.occurrences(device, key)).isZero();
    int noted = 0;
    for (PagedDevice left : device.left) {
      PoolReport report = PoolCheck.check(left);
      assertThat(PoolState.read(left, new PageCache(1 << 20)).superblock().closedCleanly())
          .isTrue();
      assertThat(report.problems()).isEmpty();
      noted += report.notes().toString().contains("being written") ? 1 : 0;
    }
    assertThat(noted).isPositive();
  }

  private EngineVolumeDriver open() throws Exception {
    return EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, vault);
  }

  /** One that takes no checkpoint when it is full, and keeps what each other write left. */
  private static final class Device extends PagedDevice {

    private static final int PAGE_MAGIC =
        ByteBuffer.wrap("LNPG".getBytes(StandardCharsets.US_ASCII)).getInt();

    private final List<PagedDevice> left = new ArrayList<>();
    private boolean isFull;

    Device() {
      super(64L << 20);
    }

    @Override
    public synchronized void write(long offset, ByteBuffer source) throws DeviceException {
      boolean isSuperblock = offset < PoolLayout.JOURNAL_EXTENT * PoolLayout.EXTENT_BYTES;
      if (isFull && (isSuperblock || source.getInt(source.position()) == PAGE_MAGIC)) {
        throw new DeviceException("simulated: no space is left", true);
      }
      super.write(offset, source);
      if (isFull) {
        left.add(copy());
      }
    }
  }
}
