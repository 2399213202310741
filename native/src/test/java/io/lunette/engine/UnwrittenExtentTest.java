/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lunette.blockio.DataRuns;
import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A full file system that notes of a page that it is zero, and then has no space to write it: what
 * was there lies on the medium still, and nobody may say that it was overwritten.
 */
class UnwrittenExtentTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int MARK = 0x5EC4E7;

  private final NotingDevice device = new NotingDevice(64L << 20);
  private EngineVolumeDriver driver;

  @BeforeEach
  void createPool() throws Exception {
    PoolState.format(device, new UUID(5, 5));
  }

  @Test
  void whatIsOnlyHiddenIsNotSaidToBeOverwritten() throws Exception {
    writeMark();
    device.noted = device.placeOf(MARK);
    device.isFull = true;

    Throwable failure = catchThrowable(() -> erase(EraseMethod.ZERO_FILL));

    assertThat(failure).hasMessageContaining("simulated: no space");
    assertThat(driver.find(VOLUME).orElseThrow().state()).isEqualTo(VolumeState.QUARANTINED);

    device.isFull = false;
    assertThat(erase(EraseMethod.ZERO_FILL).claim()).isEqualTo(EraseClaim.REMOVED);
    assertThat(device.placeOf(MARK)).isEqualTo(-1);
    closeSound();
  }

  @Test
  void theDevicesOwnZeroingEndsAndClaimsNoMore() throws Exception {
    writeMark();
    device.isFull = true;

    EraseReport report = erase(EraseMethod.WRITE_ZEROES_OFFLOAD);

    assertThat(device.placeOf(MARK)).isEqualTo(device.noted);
    assertThat(report.claim()).isEqualTo(EraseClaim.HIDDEN);
    closeSound();
  }

  @Test
  void aPoolOpensAllTheSameAndLeavesDirtyWhatItCannotOverwrite() throws Exception {
    Pool pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
    long place = pool.allocator.take(new Neighbours(), 0) * PoolLayout.EXTENT_BYTES;
    device.write(place, block());
    pool.close();
    device.noted = place;
    device.isFull = true;

    open();

    assertThat(driver.space().dirtyBytes()).isEqualTo(PoolLayout.EXTENT_BYTES);
    closeSound();
    device.isFull = false;
    open();
    assertThat(device.placeOf(MARK)).isEqualTo(-1);
    assertThat(driver.space().dirtyBytes()).isZero();
    closeSound();
  }

  /** Has one page at most that it only noted to be zero; all else of it is written. */
  private static final class NotingDevice extends PagedDevice {

    private volatile boolean isFull;
    private volatile long noted = -1;

    NotingDevice(long sizeBytes) {
      super(sizeBytes);
    }

    private boolean hasNoted(long offset, int length) {
      return offset <= noted && noted < offset + length;
    }

    @Override
    public Set<Feature> features() {
      return Set.of(Feature.ZERO_RANGE);
    }

    @Override
    public Optional<DataRuns.Run> nextHeld(long fromBytes) {
      return Optional.of(new DataRuns.Run(fromBytes, sizeBytes() - fromBytes));
    }

    @Override
    public void zeroRange(long offset, long length) throws DeviceException {
      noted = offset;
      throw new DeviceException("simulated: no space behind the first page", true);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      if (hasNoted(offset, source.remaining())) {
        if (isFull) {
          throw new DeviceException("simulated: no space at " + offset, true);
        }
        noted = -1;
      }
      super.write(offset, source);
    }

    @Override
    public void read(long offset, ByteBuffer target) throws DeviceException {
      super.read(offset, target);
      if (hasNoted(offset, target.remaining())) {
        target.put(target.position() + (int) (noted - offset), new byte[PAGE]);
      }
    }
  }

  private void writeMark() throws Exception {
    open();
    driver.create(VOLUME, 1 << 20);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(volume, 0, block(), Durability.DURABLE);
    }
  }

  private static ByteBuffer block() {
    return ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, MARK);
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }

  private void closeSound() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private EraseReport erase(EraseMethod method) throws Exception {
    return driver
        .erase(VOLUME, new EraseRequest(method, true))
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }
}
