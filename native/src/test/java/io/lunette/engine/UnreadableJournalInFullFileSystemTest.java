/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.map.PageCache;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The end of the journal cannot be read, and there is no space for the checkpoint of the opening:
 * what that distrusts it keeps all the same, whenever another crash comes.
 */
class UnreadableJournalInFullFileSystemTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final long EXTENT = PoolLayout.EXTENT_BYTES;
  private static final long RING = PoolLayout.JOURNAL_EXTENT * EXTENT;

  @Test
  void noEraseAfterAnotherCrashSpeaksForWhatWasLost() throws Exception {
    WornDevice device = new WornDevice(PoolLayout.MIN_POOL_BYTES);
    PoolState.format(device, new UUID(7, 8));
    EngineVolumeDriver driver = open(device);
    driver.create(VOLUME, 1 << 20);
    driver.abandon();
    long end = PoolState.read(device, new PageCache(1 << 20)).journalEnd().position();
    device.unread = RING + end;
    device.hasSpace = false;

    driver = open(device);
    assertThat(driver.journalTrouble()).isPresent();
    driver.abandon();

    assertThat(device.unread).isNegative();
    assertThat(device.left).hasSizeGreaterThan(2);
    for (int i = 0; i < device.left.size(); i++) {
      driver = open(device.left.get(i));
      assertThat(erase(driver)).as("a crash after write %d", i).isEqualTo(EraseClaim.HIDDEN);
      driver.close();
    }
  }

  private static EraseClaim erase(EngineVolumeDriver driver) throws Exception {
    return driver
        .erase(VOLUME, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES)
        .claim();
  }

  private static EngineVolumeDriver open(PagedDevice device) throws Exception {
    return EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }

  /** Has a page that can be read again once it was written, and keeps what each write left. */
  private static final class WornDevice extends PagedDevice {

    private final List<WornDevice> left = new ArrayList<>();
    private long unread = -1;
    private boolean hasSpace = true;

    WornDevice(long sizeBytes) {
      super(sizeBytes);
    }

    private WornDevice(WornDevice whole) {
      super(whole.sizeBytes());
      unread = whole.unread;
      for (int page = 0; page < sizeBytes() / PAGE; page++) {
        put((long) page * PAGE, whole.page(page), 0, PAGE);
      }
    }

    @Override
    public synchronized void read(long offset, ByteBuffer target) throws DeviceException {
      if (offset <= unread && unread < offset + target.remaining()) {
        throw new DeviceException("simulated: cannot read at " + offset);
      }
      super.read(offset, target);
    }

    @Override
    public synchronized void write(long offset, ByteBuffer source) throws DeviceException {
      if (!hasSpace && offset >= RING + PoolLayout.journalExtents(sizeBytes()) * EXTENT) {
        throw new DeviceException("simulated: no space is left", true);
      }
      super.write(offset, source);
      if (offset <= unread && unread < offset + source.remaining()) {
        unread = -1;
      }
      if (!hasSpace) {
        left.add(new WornDevice(this));
      }
    }
  }
}
