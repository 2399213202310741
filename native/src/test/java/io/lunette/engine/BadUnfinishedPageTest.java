/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.ExtentRun;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.map.PageCache;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bad sector among the pages of a checkpoint that a crash cut short, as that may leave one. */
class BadUnfinishedPageTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final long EXTENT = 400;
  private static final long PLACE = EXTENT * PoolLayout.EXTENT_BYTES + PoolLayout.PAGE_BYTES;

  private final FailingDevice device = new FailingDevice(64L << 20);
  private EngineVolumeDriver driver;

  @BeforeEach
  void announcePages() throws Exception {
    PoolState.format(device, new UUID(5, 5));
    open();
    driver.create(VOLUME, 1 << 20);
    driver.close();
    Superblock announcing = superblock().announcing(List.of(new ExtentRun(EXTENT - 3, 5)));
    ByteBuffer page = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    device.write(PLACE, page.putInt(0, 77));
    announcing.encode(page);
    device.write(Superblock.offsetFor(announcing.generation()), page);
  }

  @Test
  void oneThatIsReadAgainOnceItIsWrittenIsErased() throws Exception {
    AtomicBoolean isBad = new AtomicBoolean(true);
    FailingDevice.Choice bad = FailingDevice.at(PLACE);
    device.failReads((offset, length) -> isBad.get() && bad.takes(offset, length));
    device.failWrites(
        (offset, length) -> {
          if (bad.takes(offset, length)) {
            isBad.set(false);
          }
          return false;
        });

    open();

    assertThat(driver.find(VOLUME)).isPresent();
    assertThat(driver.orphanTrouble()).isEmpty();
    assertThat(driver.space().dirtyBytes()).isZero();
    driver.close();
    requireErased();
  }

  @Test
  void oneThatIsNeverReadIsLeftAlone() throws Exception {
    device.failReads(FailingDevice.at(PLACE));

    requireLeftAlone();
  }

  @Test
  void oneThatTakesNoZeroesIsLeftAlone() throws Exception {
    device.failWrites(FailingDevice.at(PLACE));

    requireLeftAlone();
  }

  /** Between the pages there are holes, for which a full file system has no space. */
  @Test
  void nothingIsWrittenWhereThereIsNoPage() throws Exception {
    device.failWrites(FailingDevice.at(PLACE + PoolLayout.PAGE_BYTES));

    open();

    assertThat(driver.orphanTrouble()).isEmpty();
    driver.close();
    requireErased();
  }

  private void requireLeftAlone() throws Exception {
    open();
    assertThat(driver.find(VOLUME)).isPresent();
    assertThat(driver.orphanTrouble().orElseThrow())
        .contains("64 KiB")
        .contains("at " + EXTENT * PoolLayout.EXTENT_BYTES);
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();

    device.heal();
    open();
    assertThat(driver.orphanTrouble()).isEmpty();
    assertThat(driver.space().dirtyBytes()).isZero();
    driver.close();
    requireErased();
  }

  /** The superblock that announces what an opening writes is the newest after a crash then. */
  @Test
  void oneThatIsToBeErasedStillIsAnnouncedUntilThatIsDurable() throws Exception {
    device.failReads(FailingDevice.at(PLACE));
    device.failWrites(
        (offset, length) -> offset >= pages() && !FailingDevice.at(PLACE).takes(offset, length));

    assertThatThrownBy(this::open).isInstanceOf(VolumeException.class);

    assertThat(superblock().taking()).anyMatch(run -> run.first() <= EXTENT && EXTENT < run.end());
    device.heal();
    open();
    driver.close();
    requireErased();
  }

  private static long pages() {
    return (PoolLayout.JOURNAL_EXTENT + PoolLayout.journalExtents(64L << 20))
        * PoolLayout.EXTENT_BYTES;
  }

  private void requireErased() throws Exception {
    assertThat(device.isZero((int) (PLACE / PoolLayout.PAGE_BYTES))).isTrue();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private Superblock superblock() throws Exception {
    return PoolState.read(device, new PageCache(1 << 20)).superblock();
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }
}
