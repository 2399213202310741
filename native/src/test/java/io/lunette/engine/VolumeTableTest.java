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
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.key.MemoryVault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.StampedLock;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes of volumes that come at a bad time. */
class VolumeTableTest {

  private static final int EXTENT = 64 * 1024;
  private static final int BLOCK = 4096;
  private static final byte[] MARK = EncryptedPool.noise(BLOCK, 5);
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName SNAPSHOT = new VolumeName("snapshot");

  private final FailingDevice device = new FailingDevice(64L << 20);
  private Pool pool;
  private VolumeTable volumes;
  private VolumeMaker maker;

  @BeforeEach
  void createVolume() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 4 << 20, new MemoryVault());
    volumes = new VolumeTable(pool);
    maker = new VolumeMaker(pool);
    create();
  }

  private void create() throws Exception {
    maker.create(VOLUME, 4 * EXTENT, BLOCK, KeyWish.INHERITED);
  }

  @AfterEach
  void closePool() throws Exception {
    pool.close();
  }

  /** What lies beyond the end is left there by a shrink that failed halfway. */
  @Test
  void resizeOfASealedVolumeLeavesItsLayerAlone() throws Exception {
    try (BlockDevice open = volumes.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer ones = ByteBuffer.allocateDirect(4 * EXTENT);
      while (ones.hasRemaining()) {
        ones.put((byte) 1);
      }
      BlockingIo.write(open, 0, ones.flip(), Durability.DURABLE);
    }
    Layer layer = pool.metadata.chains.volume(VOLUME.value()).top;
    device.failWrites(FailingDevice.at(MapEntry.extent(layer.map.get(0)) * EXTENT + BLOCK));
    assertThatThrownBy(() -> volumes.resize(VOLUME, BLOCK)).isInstanceOf(IOException.class);
    device.heal();
    pool.directory.locked(
        () -> {
          Volume volume = pool.directory.get(VOLUME);
          VolumeSlot slot = VolumeDirectory.with(volume, VolumeSlot.State.SEALED, layer, BLOCK);
          pool.metadata.chains.update(volume, slot, layer);
          return null;
        });
    assertThat(layer.ownedExtents).isEqualTo(4);

    VolumeException refused =
        catchThrowableOfType(VolumeException.class, () -> volumes.resize(VOLUME, 4 * EXTENT));

    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.BUSY);
    assertThat(layer.ownedExtents).isEqualTo(4);
  }

  @Test
  void aSnapshotIsNotTakenForAClone() throws Exception {
    pool.lineage.snapshot(VOLUME, SNAPSHOT);
    volumes.seal(VOLUME);

    assertConflict(() -> maker.clone(VOLUME, List.of(SNAPSHOT), KeyWish.INHERITED));
  }

  @Test
  void aSealedCloneIsNotTakenForASnapshot() throws Exception {
    volumes.seal(VOLUME);
    maker.clone(VOLUME, List.of(SNAPSHOT), KeyWish.INHERITED);
    volumes.seal(SNAPSHOT);

    assertConflict(() -> pool.lineage.snapshot(VOLUME, SNAPSHOT));
  }

  @Test
  void aCopyThatIsUnderWayIsNotTakenForAClone() throws Exception {
    volumes.seal(VOLUME);
    pool.copier.stop();
    CopyJob ignored = maker.copy(VOLUME, SNAPSHOT, KeyWish.INHERITED);

    assertConflict(() -> maker.clone(VOLUME, List.of(SNAPSHOT), KeyWish.INHERITED));
  }

  private static void assertConflict(ThrowingCallable call) {
    VolumeException refused = catchThrowableOfType(VolumeException.class, call);
    assertThat(refused).isNotNull();
    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.CONFLICT);
  }

  /** One of the names is deleted while the keys are made for those that are missing. */
  @Test
  void aBatchOfClonesThatLacksAKeyMakesNone() throws Exception {
    VolumeName first = new VolumeName("first");
    volumes.seal(VOLUME);
    maker.clone(VOLUME, List.of(SNAPSHOT), KeyWish.DEMANDED);
    Thread caller = Thread.currentThread();
    AtomicBoolean isDeleted = new AtomicBoolean();
    device.failWrites(
        (offset, length) -> {
          if (Thread.currentThread() == caller && isDeleted.compareAndSet(false, true)) {
            deleteSnapshot();
          }
          return false;
        });

    VolumeException refused =
        catchThrowableOfType(
            VolumeException.class,
            () -> maker.clone(VOLUME, List.of(first, SNAPSHOT), KeyWish.DEMANDED));

    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.BUSY);
    assertThat(volumes.find(SNAPSHOT)).isEmpty();
    assertThat(volumes.find(first)).isEmpty();
  }

  private void deleteSnapshot() {
    try {
      assertThat(volumes.delete(SNAPSHOT)).isTrue();
    } catch (IOException | VolumeException | BlockException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aChangeThatBreaksOffBetweenTwoWordsNeverBecomesDurable() throws Exception {
    Layer layer = pool.metadata.chains.volume(VOLUME.value()).top;
    assertThatThrownBy(
            () ->
                pool.directory.locked(
                    () -> {
                      pool.metadata.chains.setSuspect(layer);
                      throw new OutOfMemoryError("simulated");
                    }))
        .isInstanceOf(OutOfMemoryError.class);

    assertThatThrownBy(() -> pool.log.commit())
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("half way");
  }

  @Test
  void aLookThatBreaksOffHasChangedNothing() throws Exception {
    assertThatThrownBy(
            () ->
                pool.directory.locked(
                    () -> {
                      throw new OutOfMemoryError("simulated");
                    }))
        .isInstanceOf(OutOfMemoryError.class);

    create();
    pool.log.commit();
    assertThat(volumes.find(VOLUME)).isPresent();
  }

  private List<Callable<?>> changes() {
    return List.of(
        () -> volumes.seal(VOLUME),
        () -> volumes.resize(VOLUME, EXTENT),
        () -> pool.lineage.snapshot(VOLUME, SNAPSHOT),
        () -> pool.lineage.rollback(VOLUME, SNAPSHOT),
        () -> pool.lineage.erase(VOLUME, EraseRequest.zeroFillVerified()),
        () -> volumes.delete(VOLUME) ? "deleted" : "no volume 'volume'");
  }

  @Test
  void aVolumeMadeAnewIsNotTheOneThatWasToBeChanged() throws Exception {
    for (Callable<?> change : changes()) {
      Volume deleted = pool.metadata.chains.volume(VOLUME.value());
      deleted.writers.readLock().lock();
      FutureTask<?> changed = new FutureTask<>(change);
      startAndAwaitBlocking(changed);
      pool.directory.locked(
          () -> {
            pool.metadata.chains.removeVolume(deleted);
            pool.lineage.releaseAndEnqueue(deleted.top);
            return null;
          });
      create();
      VolumeInfo anew = volumes.find(VOLUME).orElseThrow();
      deleted.writers.readLock().unlock();

      assertThat(outcome(changed)).isEqualTo("no volume 'volume'");
      assertThat(volumes.list()).containsExactly(anew);
    }
  }

  /** A merge may be in the middle of writing to the layer that they release. */
  @Test
  void rollBackAndEraseWaitForWhoWrites() throws Exception {
    pool.lineage.snapshot(VOLUME, SNAPSHOT);
    Volume volume = pool.metadata.chains.volume(VOLUME.value());
    List<Callable<?>> changes =
        List.of(
            () -> pool.lineage.rollback(VOLUME, SNAPSHOT),
            () -> {
              volumes.delete(SNAPSHOT);
              return pool.lineage.erase(VOLUME, EraseRequest.zeroFillVerified());
            });
    for (Callable<?> change : changes) {
      writeMark();
      Layer top = volume.top;
      volume.writers.readLock().lock();
      FutureTask<?> changed = new FutureTask<>(change);
      startAndAwaitBlocking(changed);
      assertThat(volume.top).isSameAs(top);
      volume.writers.readLock().unlock();

      changed.get();
      assertThat(volume.top).isNotSameAs(top);
      awaitScrubbed();
      assertThat(RawBytes.occurrences(device, MARK)).isZero();
    }
  }

  private void writeMark() throws Exception {
    try (BlockDevice open = volumes.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(open, 0, EncryptedPool.direct(MARK), Durability.DURABLE);
    }
    assertThat(RawBytes.occurrences(device, MARK)).isEqualTo(1);
  }

  private void awaitScrubbed() throws Exception {
    EncryptedPool.awaitTrue(() -> new PoolAccounts(pool).space().dirtyBytes() == 0);
  }

  /** Whoever has opened the volume since did not ask for it. */
  @Test
  void anEraseByKeyOfAVolumeThatWasClosedMeanwhileIsNotDone() throws Exception {
    VolumeName keyed = new VolumeName("keyed");
    maker.create(keyed, 4 * EXTENT, BLOCK, KeyWish.DEMANDED);
    pool.log.commit();
    byte[] key = RawBytes.ofKey(device, keyed);
    Volume volume = pool.metadata.chains.volume(keyed.value());
    volume.writers.readLock().lock();
    IoEnd late = new IoEnd();
    try (BlockDevice open = volumes.open(keyed, AccessMode.READ_WRITE)) {
      open.cryptoErase(late);
    }

    try (BlockDevice next = volumes.open(keyed, AccessMode.READ_WRITE)) {
      Layer top = volume.top;
      volume.writers.readLock().unlock();

      assertThat(late.failure().kind()).isEqualTo(BlockException.Kind.GONE);
      assertThat(volume.top).isSameAs(top);
      assertThat(RawBytes.occurrences(device, key)).isPositive();
      BlockingIo.await(next::cryptoErase);
      assertThat(volume.top).isNotSameAs(top);
      assertThat(RawBytes.occurrences(device, key)).isZero();
    }
  }

  @Test
  void aVolumeInUseWithoutAKeyIsNotErasedByIt() throws Exception {
    try (BlockDevice open = volumes.open(VOLUME, AccessMode.READ_WRITE)) {
      IoEnd end = new IoEnd();
      open.cryptoErase(end);

      assertThat(end.failure().kind()).isEqualTo(BlockException.Kind.UNSUPPORTED);
    }
  }

  private static String outcome(FutureTask<?> task) throws InterruptedException {
    try {
      return task.get().toString();
    } catch (ExecutionException e) {
      return e.getCause().getMessage();
    }
  }

  /** Returns when it waits for the volume's writers. */
  private static void startAndAwaitBlocking(Runnable task) {
    Thread thread = new Thread(task);
    thread.start();
    while (thread.isAlive() && !(LockSupport.getBlocker(thread) instanceof StampedLock)) {
      Thread.onSpinWait();
    }
  }
}
