/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A crash, and a bad sector where the pool had reserved an extent for a first write. */
class BadReservedExtentTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int MARK = 0x5EC4E7;

  private final FailingDevice device = new FailingDevice(64L << 20);
  private EngineVolumeDriver driver;
  private long place;

  @BeforeEach
  void crashWithAReservation() throws Exception {
    PoolState.format(device, new UUID(5, 5));
    Pool pool = Pool.open(device, Clock.systemUTC(), 1 << 20, KeyVault.none());
    place = pool.allocator.take(new Neighbours(), 0) * PoolLayout.EXTENT_BYTES;
    assertThat(pool.metadata.space.reservedExtents()).isGreaterThan(1);
    pool.abandon();
  }

  @Test
  void onlyWhatCannotBeOverwrittenIsLeftAlone() throws Exception {
    requireLeftAlone(FailingDevice::failWrites);
  }

  @Test
  void onlyWhatCannotBeReadBackIsLeftAlone() throws Exception {
    requireLeftAlone(FailingDevice::failReads);
  }

  private void requireLeftAlone(BiConsumer<FailingDevice, FailingDevice.Choice> fail)
      throws Exception {
    fail.accept(device, FailingDevice.at(place));

    open();
    assertThat(driver.space().dirtyBytes()).isEqualTo(PoolLayout.EXTENT_BYTES);
    assertThat(driver.orphanTrouble().orElseThrow()).contains("64 KiB").contains("at " + place);
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();

    open();
    requireNeverDealt();
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();

    device.heal();
    open();
    assertThat(driver.space().dirtyBytes()).isZero();
    assertThat(driver.orphanTrouble()).isEmpty();
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  /** The pool is filled: only the one extent could still be dealt. */
  private void requireNeverDealt() throws Exception {
    driver.create(VOLUME, device.sizeBytes());
    byte[] before = device.page((int) (place / PoolLayout.PAGE_BYTES));
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockException refused =
          catchThrowableOfType(
              BlockException.class,
              () -> {
                for (long at = 0; at < device.sizeBytes(); at += PoolLayout.EXTENT_BYTES) {
                  ByteBuffer extent = ByteBuffer.allocateDirect(PoolLayout.EXTENT_BYTES);
                  BlockingIo.write(volume, at, extent.putInt(0, MARK), Durability.VISIBLE);
                }
              });
      assertThat(refused.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
    }
    assertThat(device.page((int) (place / PoolLayout.PAGE_BYTES))).isSameAs(before);
  }

  /** Nothing tells what a disk whose flush failed has lost. */
  @Test
  void aFailedFlushLetsThePoolStayClosed() {
    device.failFlushes();

    assertThat(catchThrowableOfType(VolumeException.class, this::open).kind())
        .isEqualTo(VolumeException.Kind.IO);
  }

  /** That the extents are CLEAN could not be told to the next opening. */
  @Test
  void aFailedCommitLetsThePoolStayClosed() {
    long first = PoolLayout.JOURNAL_EXTENT;
    long end = first + PoolLayout.journalExtents(device.sizeBytes());
    device.failWrites(
        (offset, length) ->
            offset >= first * PoolLayout.EXTENT_BYTES && offset < end * PoolLayout.EXTENT_BYTES);

    assertThat(catchThrowableOfType(VolumeException.class, this::open).kind())
        .isEqualTo(VolumeException.Kind.IO);
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }
}
