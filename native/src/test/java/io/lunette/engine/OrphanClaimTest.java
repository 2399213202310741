/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What an erase claims of a volume of which a crash had left bytes in an extent that no map names.
 */
class OrphanClaimTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int MARK = 0x5EC4E7;

  private final LeftDevice device = new LeftDevice();
  private EngineVolumeDriver driver;
  private long place;

  @BeforeEach
  void crashWithBytesThatNoMapNames() throws Exception {
    PoolState.format(device, new UUID(5, 6));
    open();
    driver.create(VOLUME, 1 << 20);
    write();
    place = device.placeOf(MARK);
    driver.abandon();
  }

  @AfterEach
  void closeThePool() throws Exception {
    driver.close();
  }

  @Test
  void itIsRemovedWhereAllWasOverwritten() throws Exception {
    open();

    assertThat(device.placeOf(MARK)).isNegative();
    assertThat(erase()).isEqualTo(EraseClaim.REMOVED);
  }

  @Test
  void itIsHiddenWhereSomeCouldNotBeOverwritten() throws Exception {
    device.isBad = true;
    open();

    assertThat(device.placeOf(MARK)).isEqualTo(place);
    assertThat(erase()).isEqualTo(EraseClaim.HIDDEN);
  }

  @Test
  void itIsHiddenWhereWhatWasOverwrittenWasShared() throws Exception {
    device.isShared = true;
    open();
    device.isShared = false;

    assertThat(erase()).isEqualTo(EraseClaim.HIDDEN);
  }

  @Test
  void itIsHiddenAlsoAfterAnotherCrash() throws Exception {
    device.isBad = true;
    open();
    driver.abandon();
    device.isBad = false;
    open();

    assertThat(device.placeOf(MARK)).isNegative();
    assertThat(erase()).isEqualTo(EraseClaim.HIDDEN);
  }

  /** What is left was no later tenant's, so a restart says nothing of it once more. */
  @Test
  void itIsRemovedAgainOnceThatWasSaid() throws Exception {
    device.isBad = true;
    open();
    assertThat(erase()).isEqualTo(EraseClaim.HIDDEN);

    driver.close();
    open();
    write();

    assertThat(driver.orphanTrouble()).isPresent();
    assertThat(erase()).isEqualTo(EraseClaim.REMOVED);
  }

  private void write() throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(4096).putInt(0, MARK);
      BlockingIo.write(volume, 0, block, Durability.VISIBLE);
    }
  }

  private EraseClaim erase() throws Exception {
    return driver
        .erase(VOLUME, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES)
        .claim();
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }

  /** Has a bad sector where the bytes are, or shares all that it holds. */
  private final class LeftDevice extends PagedDevice {

    private volatile boolean isBad;
    private volatile boolean isShared;

    LeftDevice() {
      super(64L << 20);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      if (isBad && offset <= place && place < offset + source.remaining()) {
        throw new DeviceException("simulated: cannot write at " + offset);
      }
      super.write(offset, source);
    }

    @Override
    public boolean isShared(long offsetBytes, long lengthBytes) {
      return isShared;
    }
  }
}
