/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes whose erase has failed: what the next erase says of them, and how they go. */
class QuarantineTest {

  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName OTHER = new VolumeName("other");

  /** In a key's record. */
  private static final int WRAPPED = 60;

  private static final int FIRST = 0x11C0FFEE;
  private static final int SECOND = 0x22C0FFEE;

  private final FailingDevice device = new FailingDevice(64L << 20);
  private final MemoryVault vault = new MemoryVault();
  private Pool pool;
  private long failedAt;

  @BeforeEach
  void quarantineAVolumeWithAKey() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    open();
    VolumeMaker maker = new VolumeMaker(pool);
    maker.create(VOLUME, 1 << 20, BLOCK, KeyWish.DEMANDED);
    maker.create(OTHER, 1 << 20, BLOCK, KeyWish.INHERITED);
    write(VOLUME, FIRST);
    write(OTHER, SECOND);
    failedAt = placeOf(VOLUME, 0);
    device.failWrites(FailingDevice.at(failedAt));
    assertThatThrownBy(() -> erase(VOLUME)).isInstanceOf(ExecutionException.class);
    device.heal();
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @Test
  void theEraseAfterARestartReportsAllThatItErases() throws Exception {
    reopen();
    assertThat(stateOf(VOLUME)).isEqualTo(VolumeSlot.State.QUARANTINED);
    // What was released before it is queued before it.
    assertThat(erase(OTHER).erasedBytes()).isEqualTo(BLOCK);
    assertThat(device.placeOf(SECOND)).isEqualTo(-1);

    EraseReport report = erase(VOLUME);

    assertThat(report.verifiedBytes()).isEqualTo(report.erasedBytes()).isEqualTo(BLOCK);
    assertThat(stateOf(VOLUME)).isEqualTo(VolumeSlot.State.WRITABLE);
    assertThat(dirtyExtents()).isZero();
  }

  /** As for want of space, every few seconds. */
  @Test
  void anEraseThatIsAskedForAgainMakesNoKey() throws Exception {
    List<Integer> pages = KeyRecords.pages(device);
    assertThat(pages).isNotEmpty();
    Queue<Long> written = new ConcurrentLinkedQueue<>();
    device.failWrites(
        (offset, length) -> {
          if (pages.stream().anyMatch(page -> touches(page, offset, length))) {
            written.add(offset);
          }
          return FailingDevice.at(failedAt).takes(offset, length);
        });

    assertThatThrownBy(() -> erase(VOLUME)).isInstanceOf(ExecutionException.class);

    assertThat(written).isEmpty();
    device.heal();
    assertThat(erase(VOLUME).verifiedBytes()).isEqualTo(BLOCK);
  }

  private static boolean touches(int page, long offset, int length) {
    return FailingDevice.at((long) page * PagedDevice.PAGE).takes(offset, length);
  }

  /** Though it takes no key: a turn would leave behind what is not read. */
  @Test
  void byKeyItIsRefusedWhileNoEpochCanBeTurned() throws Exception {
    VolumeName lost = new VolumeName("lost");
    new VolumeMaker(pool).create(lost, 1 << 20, BLOCK, KeyWish.DEMANDED);
    long id = pool.metadata.chains.volume(lost.value()).top.slot.key();
    pool.close();
    KeyRecords.pages(device).forEach(page -> damage(page, id));
    open();
    assertThat(pool.keys.trouble()).isNotNull();

    VolumeException refused =
        catchThrowableOfType(
            VolumeException.class, () -> erase(VOLUME, new EraseRequest(EraseMethod.CRYPTO, true)));

    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.BUSY);
    assertThat(stateOf(VOLUME)).isEqualTo(VolumeSlot.State.QUARANTINED);
    assertThat(erase(VOLUME).verifiedBytes()).isEqualTo(BLOCK);
    pool.close();
    KeyRecords.pages(device).forEach(page -> damage(page, id));
    open();
  }

  private void damage(int page, long id) {
    ByteBuffer bytes = ByteBuffer.wrap(device.page(page));
    for (int at = 0; at < PagedDevice.PAGE; at += KeySlot.BYTES) {
      if (KeyRecords.isAt(bytes, at) && KeyRecords.idAt(bytes, at) == id) {
        device.flip(((long) page * PagedDevice.PAGE + at + WRAPPED) * Byte.SIZE);
      }
    }
  }

  @Test
  void theEraseEndsWhereNothingIsLeftToErase() throws Exception {
    EraseReport ignored = erase(VOLUME);
    quarantineAgain();
    assertThat(pool.metadata.chains.released(volume().id)).isEmpty();

    assertThat(erase(VOLUME).erasedBytes()).isZero();

    write(VOLUME, FIRST);
    assertThat(erase(VOLUME).erasedBytes()).isEqualTo(BLOCK);
  }

  /**
   * A purge would count for no erase what it scrubs, and the next one may be asked for meanwhile.
   */
  @Test
  void aPurgeLeavesTheEraseWhatItIsOf() throws Exception {
    IoEnd purged = new IoEnd();

    pool.scrubber.purge(volume().id, (done, total) -> {}, purged);

    assertThat(purged.failure()).hasMessageContaining("have it erased again");
    assertThat(pool.metadata.chains.released(volume().id)).isNotEmpty();
    assertThat(erase(VOLUME).verifiedBytes()).isEqualTo(BLOCK);
  }

  private Volume volume() {
    return pool.metadata.chains.volume(VOLUME.value());
  }

  /** As a repair does that finds an erase without anything to erase. */
  private void quarantineAgain() throws Exception {
    pool.metadata.lock.lock();
    try {
      Volume volume = volume();
      VolumeSlot.Erase begun =
          EraseTerms.begin(
              EraseRequest.zeroFillVerified(),
              volume.slot.topLayer(),
              1,
              volume.slot.erase().key(),
              VolumeSlot.Erase.NONE);
      pool.metadata.chains.update(
          volume, volume.slot.erasing(VolumeSlot.State.QUARANTINED, begun), volume.top);
    } finally {
      pool.metadata.lock.unlock();
    }
  }

  @Test
  void theSameEraseGoesOnFromWhatTheOneThatFailedDid() throws Exception {
    long started = failHalfWay();

    EraseReport report = erase(OTHER);

    assertThat(report.extents()).isEqualTo(2);
    assertThat(report.verifiedBytes()).isEqualTo(report.erasedBytes()).isEqualTo(2 * BLOCK);
    assertThat(report.started().toEpochMilli()).isEqualTo(started);
    requireNothingLeft();
  }

  /** Who asked waits for space then, and counts no failure. */
  @Test
  void anEraseThatFindsNoSpaceHalfWaySaysSoAndGoesOnWhenItIsAskedForAgain() throws Exception {
    device.refuseWrites(FailingDevice.at(placeOf(OTHER, 0)));

    ExecutionException ended = catchThrowableOfType(ExecutionException.class, () -> erase(OTHER));

    assertThat(ended).hasCauseInstanceOf(VolumeException.class);
    assertThat(((VolumeException) ended.getCause()).kind())
        .isEqualTo(VolumeException.Kind.OUT_OF_SPACE);
    assertThat(stateOf(OTHER)).isEqualTo(VolumeSlot.State.QUARANTINED);
    device.heal();
    assertThat(erase(OTHER).verifiedBytes()).isEqualTo(BLOCK);
    assertThat(device.placeOf(SECOND)).isEqualTo(-1);
  }

  @Test
  void anotherEraseSaysNothingOfWhatTheOneThatFailedDid() throws Exception {
    long unused = failHalfWay();

    EraseReport report = erase(OTHER, new EraseRequest(EraseMethod.OVERWRITE, true));

    assertThat(report.extents()).isEqualTo(1);
    assertThat(report.verifiedBytes()).isEqualTo(report.erasedBytes()).isEqualTo(BLOCK);
    requireNothingLeft();
  }

  /** Has the erase of one extent that is mapped go well, and fail at one that was discarded. */
  private long failHalfWay() throws Exception {
    try (BlockDevice volume = new VolumeTable(pool).open(OTHER, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, FIRST);
      BlockingIo.write(volume, PoolLayout.EXTENT_BYTES, block, Durability.DURABLE);
      device.failWrites(FailingDevice.at(placeOf(OTHER, 1)));
      BlockingIo.discard(volume, PoolLayout.EXTENT_BYTES, PoolLayout.EXTENT_BYTES);
    }
    assertThatThrownBy(() -> erase(OTHER)).isInstanceOf(ExecutionException.class);
    device.heal();
    VolumeSlot.Erase failed = pool.metadata.chains.volume(OTHER.value()).slot.erase();
    assertThat(failed.done().extents()).isEqualTo(1);
    return failed.startMillis();
  }

  @Test
  void allThatTheVolumeReleasedWaitsForTheNextEraseAndItsTerms() throws Exception {
    VolumeName rolledBack = new VolumeName("rolled-back");
    VolumeName snapshot = new VolumeName("snapshot");
    new VolumeMaker(pool).create(rolledBack, 1 << 20, BLOCK, KeyWish.INHERITED);
    pool.lineage.snapshot(rolledBack, snapshot);
    write(rolledBack, FIRST);
    device.failWrites(FailingDevice.at(placeOf(rolledBack, 0)));
    pool.lineage.rollback(rolledBack, snapshot);
    awaitScrubs();
    write(rolledBack, SECOND);
    device.failWrites(FailingDevice.at(placeOf(rolledBack, 0)));
    assertThat(new VolumeTable(pool).delete(snapshot)).isTrue();

    assertThatThrownBy(() -> erase(rolledBack)).isInstanceOf(ExecutionException.class);
    awaitScrubs();
    device.heal();

    EraseReport report = erase(rolledBack, new EraseRequest(EraseMethod.OVERWRITE, true));
    assertThat(report.extents()).isEqualTo(2);
    requireNothingLeft();
  }

  /** What was released before is dealt with before. */
  private void awaitScrubs() throws Exception {
    write(OTHER, SECOND);
    assertThat(erase(OTHER).extents()).isEqualTo(1);
  }

  @Test
  void whatIsDeletedIsScrubbed() throws Exception {
    assertThat(new VolumeTable(pool).delete(VOLUME)).isTrue();

    assertThat(erase(OTHER).erasedBytes()).isEqualTo(BLOCK);
    assertThat(dirtyExtents()).isZero();
    requireNothingLeft();
  }

  @Test
  void whatIsDeletedAfterARestartIsScrubbed() throws Exception {
    reopen();
    assertThat(new VolumeTable(pool).delete(VOLUME)).isTrue();

    assertThat(erase(OTHER).erasedBytes()).isEqualTo(BLOCK);
    assertThat(dirtyExtents()).isZero();
    requireNothingLeft();
  }

  private void requireNothingLeft() {
    assertThat(device.placeOf(FIRST)).isEqualTo(-1);
    assertThat(device.placeOf(SECOND)).isEqualTo(-1);
  }

  private void open() throws Exception {
    pool = Pool.open(device, Clock.systemUTC(), 4 << 20, vault);
  }

  private void reopen() throws Exception {
    pool.close();
    open();
  }

  private VolumeSlot.State stateOf(VolumeName name) {
    return pool.metadata.chains.volume(name.value()).slot.state();
  }

  private long dirtyExtents() {
    return pool.metadata.chains.layers().stream()
        .filter(layer -> layer.slot.state() == LayerSlot.State.RELEASED)
        .mapToLong(layer -> layer.ownedExtents + layer.droppedExtents)
        .sum();
  }

  private EraseReport erase(VolumeName name) throws Exception {
    return erase(name, EraseRequest.zeroFillVerified());
  }

  private EraseReport erase(VolumeName name, EraseRequest request) throws Exception {
    EraseJob job = pool.lineage.erase(name, request);
    return job.result.get(1, TimeUnit.MINUTES);
  }

  private long placeOf(VolumeName name, long logicalExtent) throws Exception {
    Layer top = pool.metadata.chains.volume(name.value()).top;
    return MapEntry.extent(top.map.get(logicalExtent)) * PoolLayout.EXTENT_BYTES;
  }

  private void write(VolumeName name, int number) throws Exception {
    try (BlockDevice volume = new VolumeTable(pool).open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, number);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
  }
}
