/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.map.PageCache;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What an opening writes anew of the ring, and a crash that comes soon after. */
class MendedJournalTest {

  private static final long RING = PoolLayout.JOURNAL_EXTENT * PoolLayout.EXTENT_BYTES;
  private static final long RING_END =
      RING + PoolLayout.journalExtents(64L << 20) * PoolLayout.EXTENT_BYTES;

  private final WornDevice device = new WornDevice();

  /** A page that is bad again could lie behind a commit that is there: that would be damage. */
  @Test
  void itIsDurableBeforeAnythingIsCommitted() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    EngineVolumeDriver driver = open();
    driver.create(new VolumeName("first"), 1 << 20);
    driver.abandon();
    device.bad = RING + PoolState.read(device, new PageCache(1 << 20)).journalEnd().position();

    driver = open();
    driver.create(new VolumeName("second"), 1 << 20);
    driver.abandon();

    assertThat(device.committed).isTrue();
    assertThat(device.committedTooEarly).isFalse();
  }

  private EngineVolumeDriver open() throws Exception {
    return EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }

  /** Has a page that it does not read before it is written, and looks for the flush after that. */
  private static final class WornDevice extends PagedDevice {

    private long bad = -1;
    private boolean isMended;
    private boolean isFlushed;
    private boolean committed;
    private boolean committedTooEarly;

    WornDevice() {
      super(64L << 20);
    }

    @Override
    public void read(long offset, ByteBuffer target) throws DeviceException {
      if (FailingDevice.at(bad).takes(offset, target.remaining())) {
        throw new DeviceException("simulated: cannot read at " + offset);
      }
      super.read(offset, target);
    }

    @Override
    public synchronized void write(long offset, ByteBuffer source) throws DeviceException {
      if (FailingDevice.at(bad).takes(offset, source.remaining())) {
        bad = -1;
        isMended = true;
        isFlushed = false;
      } else if (isMended && RING <= offset && offset < RING_END) {
        committed = true;
        committedTooEarly |= !isFlushed;
      }
      super.write(offset, source);
    }

    @Override
    public synchronized void flush() throws DeviceException {
      isFlushed = true;
    }
  }
}
