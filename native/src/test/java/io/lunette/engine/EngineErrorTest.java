/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolProblem;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A device that answers EIO: the operation that met it says so by its kind, everything else goes
 * on, and what the device may have lost is never acknowledged.
 */
class EngineErrorTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName OTHER = new VolumeName("other");
  private static final int EXTENT = PoolLayout.EXTENT_BYTES;
  private static final long JOURNAL = PoolLayout.JOURNAL_EXTENT * EXTENT;
  private static final long FIRST_PAGE = JOURNAL + CrashLife.JOURNAL_EXTENTS * (long) EXTENT;
  private static final int FIRST = 0x11C0FFEE;
  private static final int SECOND = 0x22C0FFEE;
  private static final int THIRD = 0x33C0FFEE;

  private FailingDevice device;
  private EngineVolumeDriver driver;

  @BeforeEach
  void createPool() throws Exception {
    device = new FailingDevice(CrashLife.POOL_BYTES);
    CrashLife.format(device, 5);
    open();
    driver.create(VOLUME, 1 << 20);
    driver.create(OTHER, 1 << 20);
    write(VOLUME, 0, FIRST, Durability.DURABLE);
    write(OTHER, 0, SECOND, Durability.DURABLE);
  }

  @Test
  void anErrorOfAReadIsThatReadsAlone() throws Exception {
    device.failReads(FailingDevice.at(device.placeOf(FIRST)));

    assertRefused(BlockException.Kind.MEDIUM_READ, () -> read(VOLUME, 0));
    assertThat(read(OTHER, 0)).isEqualTo(SECOND);
    write(VOLUME, EXTENT, THIRD, Durability.DURABLE);
    assertThat(read(VOLUME, EXTENT)).isEqualTo(THIRD);

    device.heal();
    assertThat(read(VOLUME, 0)).isEqualTo(FIRST);
    closeSound();
  }

  @Test
  void anErrorOfAnOverwriteIsThatWritesAlone() throws Exception {
    device.failWrites(FailingDevice.at(device.placeOf(FIRST)));

    for (Durability durability : Durability.values()) {
      assertRefused(BlockException.Kind.MEDIUM_WRITE, () -> write(VOLUME, 0, THIRD, durability));
      write(OTHER, 0, SECOND, durability);
    }

    device.heal();
    assertThat(read(VOLUME, 0)).isIn(FIRST, THIRD);
    write(VOLUME, 0, FIRST, Durability.DURABLE);
    closeSound();
    open();
    assertThat(read(VOLUME, 0)).isEqualTo(FIRST);
    driver.close();
  }

  @Test
  void nothingOfAFirstWriteThatFailedShowsOrStaysOnTheDevice() throws Exception {
    device.failWrites((offset, length) -> length == PoolLayout.BLOCK_BYTES && holds(offset, THIRD));

    assertRefused(
        BlockException.Kind.MEDIUM_WRITE, () -> write(VOLUME, EXTENT, THIRD, Durability.VISIBLE));
    assertRefused(
        BlockException.Kind.MEDIUM_WRITE,
        () -> write(VOLUME, PoolLayout.BLOCK_BYTES, THIRD, Durability.DURABLE));

    device.heal();
    assertThat(device.placeOf(THIRD)).isPositive();
    assertThat(read(VOLUME, EXTENT)).isZero();
    assertThat(read(VOLUME, PoolLayout.BLOCK_BYTES)).isZero();
    assertThat(read(VOLUME, 0)).isEqualTo(FIRST);
    erase(VOLUME);
    assertThat(device.placeOf(THIRD)).isEqualTo(-1);
    closeSound();
  }

  /** What the first of two extents is noted in cannot be read just then. */
  @Test
  void aFirstWriteThatFailsSaysWhyAndIsScrubbedWhateverFailsAfterIt() throws Exception {
    requireToldAndScrubbed(
        (volume, bytes) -> BlockingIo.write(volume, 2 * EXTENT, bytes, Durability.VISIBLE), EXTENT);
  }

  /** It has read that before. */
  @Test
  void anAtomicWriteThatFailsSaysWhyAndIsScrubbedWhateverFailsAfterIt() throws Exception {
    requireToldAndScrubbed(
        (volume, bytes) -> BlockingIo.writeAtomic(volume, 2 * EXTENT, bytes, Durability.VISIBLE),
        2 * EXTENT);
  }

  private interface Way {
    void write(BlockDevice volume, ByteBuffer bytes) throws BlockException;
  }

  private void requireToldAndScrubbed(Way way, long notedBytes) throws Exception {
    device = new FailingDevice(64L << 20);
    PoolState.format(device, new UUID(5, 5));
    open();
    driver.create(VOLUME, 1 << 20);
    write(VOLUME, EXTENT, FIRST, Durability.DURABLE);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.discard(volume, EXTENT, EXTENT);
    }
    closeSound();
    open();
    long dirty = driver.space().dirtyBytes();
    // Of the page that says what was dropped, and of its copy.
    AtomicInteger failedReads = new AtomicInteger(2);
    device.failWrites(
        (offset, length) -> {
          boolean isTaken = offset >= FIRST_PAGE && length >= EXTENT;
          if (isTaken) {
            device.failReads((place, bytes) -> failedReads.getAndDecrement() > 0);
          }
          return isTaken;
        });

    BlockException refused;
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(2 * EXTENT);
      for (int block = 0; block < bytes.capacity(); block += PoolLayout.BLOCK_BYTES) {
        bytes.putInt(block, THIRD);
      }
      refused = catchThrowableOfType(BlockException.class, () -> way.write(volume, bytes));
    }

    assertThat(failedReads.get() > 0).isEqualTo(notedBytes == 2 * EXTENT);
    assertThat(refused).hasMessageContaining("simulated: cannot write");
    assertThat(driver.space().dirtyBytes() - dirty).isEqualTo(notedBytes);
    assertThat(device.placeOf(THIRD)).isPositive();
    device.heal();
    if (notedBytes == EXTENT) {
      // No erase is to end that knows nothing of the first.
      assertRefused(BlockException.Kind.MEDIUM_WRITE, this::flush);
    }
    driver.close();
    open();
    erase(VOLUME);
    EncryptedPool.awaitTrue(() -> driver.space().dirtyBytes() == 0);
    assertThat(device.placeOf(THIRD)).isEqualTo(-1);
    driver.close();
  }

  @Test
  void afterAFailedFlushNothingIsAcknowledgedUntilARestart() throws Exception {
    write(VOLUME, EXTENT, THIRD, Durability.VISIBLE);
    device.failFlushes();
    assertRefused(BlockException.Kind.MEDIUM_WRITE, this::flush);

    // The kernel tells of lost pages once: a second flush that succeeds proves nothing.
    device.heal();

    assertRefused(BlockException.Kind.MEDIUM_WRITE, this::flush);
    for (Durability durability : Durability.values()) {
      assertRefused(BlockException.Kind.MEDIUM_WRITE, () -> write(OTHER, 0, THIRD, durability));
    }
    assertThat(refusal(() -> driver.create(new VolumeName("late"), 1 << 20)).kind())
        .isEqualTo(VolumeException.Kind.IO);
    assertThat(refusal(() -> driver.delete(OTHER)).kind()).isEqualTo(VolumeException.Kind.IO);
    assertThat(read(VOLUME, 0)).isEqualTo(FIRST);
    driver.close();

    open();
    assertThat(driver.find(new VolumeName("late"))).isEmpty();
    assertThat(read(VOLUME, 0)).isEqualTo(FIRST);
    assertThat(read(VOLUME, EXTENT)).isIn(0, THIRD);
    assertThat(read(OTHER, 0)).isEqualTo(SECOND);
    closeSound();
  }

  @Test
  void anErrorOfTheJournalFailsTheCommitAndARestartHasWhatWasBefore() throws Exception {
    device.failWrites((offset, length) -> offset >= JOURNAL && offset < FIRST_PAGE);

    assertThat(refusal(() -> driver.create(new VolumeName("late"), 1 << 20)).kind())
        .isEqualTo(VolumeException.Kind.IO);

    device.heal();
    assertRefused(BlockException.Kind.MEDIUM_WRITE, this::flush);
    assertThat(read(VOLUME, 0)).isEqualTo(FIRST);
    driver.close();
    open();
    assertThat(read(VOLUME, 0)).isEqualTo(FIRST);
    assertThat(read(OTHER, 0)).isEqualTo(SECOND);
    closeSound();
  }

  @Test
  void anErrorOfACheckpointStopsThePoolAndTheJournalHasAllThatWasAcknowledged() throws Exception {
    device.failWrites(FailingDevice.from(FIRST_PAGE));
    int made = 0;
    VolumeException refused = null;
    while (refused == null) {
      VolumeName name = new VolumeName("volume-" + made);
      refused = refusal(() -> driver.create(name, 1 << 20));
      made += refused == null ? 1 : 0;
    }

    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.IO);
    assertThat(made).isPositive();
    device.heal();
    assertRefused(BlockException.Kind.MEDIUM_WRITE, this::flush);
    driver.close();
    open();
    for (int i = 0; i < made; i++) {
      assertThat(driver.find(new VolumeName("volume-" + i))).as("volume-%d", i).isPresent();
    }
    assertThat(read(VOLUME, 0)).isEqualTo(FIRST);
    closeSound();
  }

  @Test
  void anErrorOfAScrubQuarantinesItsVolumeAloneUntilItIsErasedAgain() throws Exception {
    device.failWrites(FailingDevice.at(device.placeOf(FIRST)));

    assertThatThrownBy(() -> erase(VOLUME))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("cannot write at");

    assertThat(driver.find(VOLUME).orElseThrow().state()).isEqualTo(VolumeState.QUARANTINED);
    assertThat(refusal(() -> driver.open(VOLUME, AccessMode.READ_ONLY)).kind())
        .isEqualTo(VolumeException.Kind.BUSY);
    assertThat(erase(OTHER).verifiedBytes()).isEqualTo(PoolLayout.BLOCK_BYTES);
    assertThat(device.placeOf(SECOND)).isEqualTo(-1);

    device.heal();
    assertThat(erase(VOLUME).verifiedBytes()).isEqualTo(PoolLayout.BLOCK_BYTES);
    assertThat(device.placeOf(FIRST)).isEqualTo(-1);
    closeSound();
  }

  @Test
  void aDeviceThatCannotBeReadIsAnErrorAndLeftAsItWas() throws Exception {
    driver.close();
    PagedDevice before = device.copy();
    device.failReads(FailingDevice.from(0));

    assertThat(refusal(this::open).kind()).isEqualTo(VolumeException.Kind.IO);

    for (int page = 0; page < before.sizeBytes() / PagedDevice.PAGE; page++) {
      assertThat(device.page(page)).as("page %d", page).isEqualTo(before.page(page));
    }
    device.heal();
    open();
    assertThat(read(VOLUME, 0)).isEqualTo(FIRST);
    closeSound();
  }

  @Test
  void aSuperblockThatCannotBeReadIsMadeUpForByTheOtherAndWrittenAnew() throws Exception {
    for (long superblock : new long[] {0, EXTENT}) {
      write(VOLUME, EXTENT, (int) superblock + THIRD, Durability.DURABLE);
      driver.abandon();
      device.failReads(FailingDevice.at(superblock));
      assertThat(PoolCheck.check(device).problems())
          .extracting(PoolProblem::place)
          .containsExactly(
              "superblock " + (superblock == 0 ? "A" : "B") + " at byte " + superblock);

      open();

      assertThat(read(VOLUME, 0)).isEqualTo(FIRST);
      assertThat(read(VOLUME, EXTENT)).isEqualTo((int) superblock + THIRD);
      device.heal();
      closeSound();
      open();
    }
    driver.close();
  }

  private boolean holds(long offset, int number) {
    return ByteBuffer.wrap(device.page((int) (offset / PagedDevice.PAGE))).getInt(0) == number;
  }

  private void open() throws VolumeException {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 1 << 20);
  }

  private void closeSound() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  private EraseReport erase(VolumeName name) throws Exception {
    return driver
        .erase(name, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  private void flush() throws Exception {
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.flush(volume);
    }
  }

  private void write(VolumeName name, long offset, int number, Durability durability)
      throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, number);
      BlockingIo.write(volume, offset, block, durability);
    }
  }

  private int read(VolumeName name, long offset) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES);
      BlockingIo.read(volume, offset, block);
      return block.getInt(0);
    }
  }

  private static VolumeException refusal(ThrowingCallable call) {
    return catchThrowableOfType(VolumeException.class, call);
  }

  private static void assertRefused(BlockException.Kind kind, ThrowingCallable call) {
    BlockException refused = catchThrowableOfType(BlockException.class, call);
    assertThat(refused).as("a refusal").isNotNull();
    assertThat(refused.kind()).isEqualTo(kind);
  }
}
