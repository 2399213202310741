/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.JournalFrame;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.journal.JournalWriter;
import io.lunette.engine.journal.RecordBuffer;
import io.lunette.engine.map.PageCache;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A power cut left a page at the end of the journal unreadable, and the ring has a bad sector far
 * from there, which a page cache would take the zeroes for and fail all flushes.
 */
class UnreadableJournalWithoutDirectIoTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final long RING = PoolLayout.JOURNAL_EXTENT * PoolLayout.EXTENT_BYTES;
  private static final long RING_BYTES =
      PoolLayout.journalExtents(PoolLayout.MIN_POOL_BYTES) * PoolLayout.EXTENT_BYTES;

  private final WornDevice device = new WornDevice();

  /** The first page of the commit, which had four, or one that follows it. */
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void onlyWhatLiesAtTheEndIsWritten(int page) throws Exception {
    PoolState.format(device, new UUID(7, 8));
    EngineVolumeDriver driver = open();
    driver.create(VOLUME, 1 << 20);
    driver.abandon();
    PoolState left = PoolState.read(device, new PageCache(1 << 20));
    beginCommit(left);
    long end = RING + left.journalEnd().position();
    device.unread = end + page * (long) PagedDevice.PAGE;
    device.bad = end + RING_BYTES / 2;

    driver = open();

    assertThat(driver.journalTrouble()).isPresent();
    assertThat(device.unread).isNegative();
    assertThat(driver.find(VOLUME)).isPresent();
    driver.create(new VolumeName("another"), 1 << 20);
    driver.close();
  }

  private void beginCommit(PoolState left) throws Exception {
    Superblock superblock = left.superblock();
    RecordBuffer group = new RecordBuffer();
    group.add(1, 0, new long[JournalFrame.MAX_RECORD_WORDS]);
    group.add(1, 0, new long[JournalFrame.MAX_RECORD_WORDS / 2]);
    new JournalWriter(
            device,
            superblock.journalExtent(),
            superblock.journalExtents(),
            superblock.pool(),
            left.journalEnd().position(),
            left.journalEnd().sequence())
        .append(group);
  }

  private EngineVolumeDriver open() throws VolumeException {
    return EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }

  /** Has a page that can be read once it was written, and one that takes nothing either. */
  private static final class WornDevice extends PagedDevice {

    private long unread = -1;
    private long bad = -1;
    private boolean hasLost;

    WornDevice() {
      super(PoolLayout.MIN_POOL_BYTES);
    }

    @Override
    public synchronized void read(long offset, ByteBuffer target) throws DeviceException {
      int length = target.remaining();
      if (FailingDevice.at(unread).takes(offset, length)
          || FailingDevice.at(bad).takes(offset, length)) {
        throw new DeviceException("simulated: cannot read at " + offset);
      }
      super.read(offset, target);
    }

    @Override
    public synchronized void write(long offset, ByteBuffer source) throws DeviceException {
      int length = source.remaining();
      super.write(offset, source);
      hasLost |= FailingDevice.at(bad).takes(offset, length);
      if (FailingDevice.at(unread).takes(offset, length)) {
        unread = -1;
      }
    }

    @Override
    public synchronized void flush() throws DeviceException {
      if (hasLost) {
        throw new DeviceException("simulated: a write was lost");
      }
    }
  }
}
