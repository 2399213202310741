/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DataRuns;
import io.lunette.blockio.DeviceException;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A file system that writes elsewhere is full when an opening needs a last page of it. */
class FullOpeningTest {

  private static final VolumeName VOLUME = new VolumeName("volume");

  private final CopyingDevice device = new CopyingDevice();

  @Test
  void roomIsMadeForTheSuperblockThatRepeatsItsCheckpoint() throws Exception {
    PoolState.format(device, new UUID(7, 8));
    EngineVolumeDriver driver = open();
    driver.create(VOLUME, 1 << 20);
    driver.abandon();
    device.written = 0;
    open().abandon();
    device.refusedFrom = device.written;
    device.written = 0;

    driver = open();

    assertThat(device.isTrimmed).isTrue();
    assertThat(driver.find(VOLUME)).isPresent();
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private EngineVolumeDriver open() throws VolumeException {
    return EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }

  /** Takes only so many superblocks, until something of it is given back. */
  private static final class CopyingDevice extends PagedDevice {

    private int written;
    private int refusedFrom = Integer.MAX_VALUE;
    private boolean isTrimmed;

    CopyingDevice() {
      super(PoolLayout.MIN_POOL_BYTES);
    }

    @Override
    public Set<Feature> features() {
      return Set.of(Feature.PUNCH_HOLE);
    }

    @Override
    public Optional<DataRuns.Run> nextHeld(long from) {
      return from < sizeBytes()
          ? Optional.of(new DataRuns.Run(from, sizeBytes() - from))
          : Optional.empty();
    }

    @Override
    public void punchHole(long offset, long length) throws DeviceException {
      super.punchHole(offset, length);
      isTrimmed = true;
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      boolean isSuperblock = offset == Superblock.offsetFor(0) || offset == Superblock.offsetFor(1);
      if (isSuperblock && ++written >= refusedFrom && !isTrimmed) {
        throw new DeviceException("simulated: no space is left", true);
      }
      super.write(offset, source);
    }
  }
}
