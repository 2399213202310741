/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.key.MemoryVault;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Independent clones that cannot be made, or not now: what is given up, and what never is. */
@Timeout(120)
class CopyTroubleTest {

  private static final int EXTENT = 64 * 1024;
  private static final int SIZE = 160 * EXTENT;
  private static final int POOL_BYTES = 64 << 20;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName COPY = new VolumeName("copy");
  private static final VolumeName BALLAST = new VolumeName("ballast");

  private EngineVolumeDriver driver;

  @Test
  void aKeyedCopyOfADeletedSourceOutlivesAStartWithoutTheKeys() throws Exception {
    HeldDevice device = open(new HeldDevice(new PagedDevice(POOL_BYTES)));
    MemoryVault vault = new MemoryVault();
    byte[] content = beginKeyedCopy(device, vault);
    driver.delete(IMAGE);
    abandonInCopy(device);

    open(device, KeyVault.none());
    EncryptedPool.awaitTrue(CopyTroubleTest::isCopierIdle);
    assertThat(driver.find(COPY).map(VolumeInfo::state)).contains(VolumeState.COPYING);
    reopen(device, vault);
    awaitCopied();

    assertThat(read(COPY)).isEqualTo(content);
    driver.close();
  }

  @Test
  void askingForACopyWhoseKeysAreNotThereSaysSo() throws Exception {
    HeldDevice device = open(new HeldDevice(new PagedDevice(POOL_BYTES)));
    MemoryVault vault = new MemoryVault();
    byte[] content = beginKeyedCopy(device, vault);
    abandonInCopy(device);

    open(device, KeyVault.none());
    assertFails(driver.copy(IMAGE, COPY), VolumeException.Kind.BUSY);
    reopen(device, vault);
    awaitCopied();

    assertThat(read(COPY)).isEqualTo(content);
    driver.close();
  }

  @Test
  void aCopyWaitsForTheScrubberWhereThatHasSpaceToGive() throws Exception {
    HeldDevice device = open(new HeldDevice(new PagedDevice(POOL_BYTES)));
    byte[] content = makeImage();
    holdScrubOfFullPool(device);

    Job<VolumeInfo> job = driver.copy(IMAGE, COPY);
    EncryptedPool.awaitTrue(CopyTroubleTest::isCopierIdle);
    assertThat(job.result().toCompletableFuture()).isNotDone();
    device.releaseLargeWrites();
    VolumeInfo copy = job.result().toCompletableFuture().get(1, MINUTES);

    assertThat(copy.state()).isEqualTo(VolumeState.WRITABLE);
    assertThat(read(COPY)).isEqualTo(content);
    driver.close();
  }

  @Test
  void aCopyThatWaitsForSpaceCanBeCancelled() throws Exception {
    HeldDevice device = open(new HeldDevice(new PagedDevice(POOL_BYTES)));
    byte[] ignored = makeImage();
    holdScrubOfFullPool(device);
    Job<VolumeInfo> job = driver.copy(IMAGE, COPY);
    EncryptedPool.awaitTrue(CopyTroubleTest::isCopierIdle);

    job.cancel();

    assertThatThrownBy(() -> job.result().toCompletableFuture().get(1, MINUTES))
        .hasCauseInstanceOf(CancellationException.class);
    assertThat(driver.find(COPY)).isEmpty();
    device.releaseLargeWrites();
    driver.close();
  }

  @Test
  void aCopyOfADeletedSourceWaitsUntilSomebodyMakesRoomInAFullPool() throws Exception {
    HeldDevice device = open(new HeldDevice(new PagedDevice(POOL_BYTES)));
    byte[] content = makeImage();
    fillUp();
    Job<VolumeInfo> job = copyHeldAtItsFirstRead(device);
    driver.delete(IMAGE);
    device.releaseReads();
    EncryptedPool.awaitTrue(CopyTroubleTest::isCopierIdle);
    assertThat(job.result().toCompletableFuture()).isNotDone();

    driver.delete(BALLAST);
    VolumeInfo copy = job.result().toCompletableFuture().get(1, MINUTES);

    assertThat(copy.state()).isEqualTo(VolumeState.WRITABLE);
    assertThat(read(COPY)).isEqualTo(content);
    driver.close();
  }

  @Test
  void aCopyOfADeletedSourceThatCannotBeReadIsLeftForTheNextOpening() throws Exception {
    FailingDevice device = new FailingDevice(POOL_BYTES);
    HeldDevice held = open(new HeldDevice(device));
    byte[] content = makeImage();
    Job<VolumeInfo> job = copyHeldAtItsFirstRead(held);
    driver.delete(IMAGE);
    device.failReads((offset, length) -> isCopier());
    held.releaseReads();
    assertFails(job, VolumeException.Kind.IO);
    device.heal();

    assertThat(driver.find(COPY).map(VolumeInfo::state)).contains(VolumeState.COPYING);
    reopen(held, KeyVault.none());
    awaitCopied();

    assertThat(read(COPY)).isEqualTo(content);
    driver.close();
  }

  @Test
  void aCopyWhoseLastCommitIsRefusedStays() throws Exception {
    SimulatedDevice device = new SimulatedDevice(POOL_BYTES);
    HeldDevice held = open(new HeldDevice(device));
    driver.create(IMAGE, 4 * EXTENT);
    try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      BlockingIo.write(image, 0, EncryptedPool.direct(new byte[EXTENT]), Durability.DURABLE);
    }
    driver.seal(IMAGE);
    Job<VolumeInfo> job = copyHeldAtItsFirstRead(held);
    device.setFull(true);
    cloneUntilRefused();
    held.releaseReads();

    assertFails(job, VolumeException.Kind.OUT_OF_SPACE);
    assertThat(driver.find(COPY).map(VolumeInfo::state)).contains(VolumeState.WRITABLE);
    device.setFull(false);
    try (BlockDevice copy = driver.open(COPY, AccessMode.READ_WRITE)) {
      BlockingIo.flush(copy);
    }
    reopen(held, KeyVault.none());
    assertThat(driver.find(COPY).map(VolumeInfo::state)).contains(VolumeState.WRITABLE);
    driver.close();
  }

  @Test
  void aCopyThatMeetsAFullFileSystemIsGivenUpForThat() throws Exception {
    SimulatedDevice device = new SimulatedDevice(POOL_BYTES);
    HeldDevice held = open(new HeldDevice(device));
    Job<VolumeInfo> job = copyOnceFull(device, held, false);

    assertFails(job, VolumeException.Kind.OUT_OF_SPACE);
    assertThat(driver.find(COPY)).isEmpty();

    device.setFull(false);
    VolumeInfo copy = driver.copy(IMAGE, COPY).result().toCompletableFuture().get(1, MINUTES);
    assertThat(copy.state()).isEqualTo(VolumeState.WRITABLE);
    driver.close();
  }

  @Test
  void aCopyOfADeletedSourceGoesOnOnceTheFileSystemHasRoom() throws Exception {
    SimulatedDevice device = new SimulatedDevice(POOL_BYTES);
    HeldDevice held = open(new HeldDevice(device));
    Job<VolumeInfo> job = copyOnceFull(device, held, true);
    EncryptedPool.awaitTrue(CopyTroubleTest::isCopierIdle);
    assertThat(job.result().toCompletableFuture()).isNotDone();

    device.setFull(false);
    VolumeInfo copy = job.result().toCompletableFuture().get(1, MINUTES);

    assertThat(copy.state()).isEqualTo(VolumeState.WRITABLE);
    assertThat(read(COPY)).isEqualTo(EncryptedPool.noise(SIZE, 3));
    driver.close();
  }

  /** Of a source that may be gone by the time that the copy meets it. */
  private Job<VolumeInfo> copyOnceFull(SimulatedDevice device, HeldDevice held, boolean isDeleted)
      throws Exception {
    byte[] ignored = makeImage();
    Job<VolumeInfo> job = copyHeldAtItsFirstRead(held);
    if (isDeleted) {
      driver.delete(IMAGE);
    }
    device.setFull(true);
    held.releaseReads();
    return job;
  }

  private void cloneUntilRefused() {
    VolumeException refused =
        catchThrowableOfType(
            VolumeException.class,
            () -> {
              for (int i = 0; i < 4000; i++) {
                driver.clone(IMAGE, List.of(new VolumeName("clone-" + i)));
              }
            });
    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.OUT_OF_SPACE);
  }

  @Test
  void aCopyThatCannotEvenBeTakenAwayEndsAllTheSame() throws Exception {
    FailingDevice device = new FailingDevice(POOL_BYTES);
    Pool pool = poolWithImage(device);
    device.failReads(
        (offset, length) -> {
          if (isCopier()) {
            // A defect, for the sake of what comes after it.
            pool.metadata.chains.volume(COPY.value()).top = null;
          }
          return isCopier();
        });

    CopyJob job = new VolumeMaker(pool).copy(IMAGE, COPY, KeyWish.INHERITED);

    assertThatThrownBy(() -> job.result().toCompletableFuture().get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(NullPointerException.class);
    pool.abandon();
  }

  /** Want of memory at its end, for instance: what it was made of may be gone. */
  @Test
  void aCopyThatBreaksOffWhenItIsCutOffAlreadyIsNotTakenAway() throws Exception {
    FailingDevice device = new FailingDevice(POOL_BYTES);
    Pool pool = poolWithImage(device);
    device.breakReads(
        (offset, length) -> {
          if (isCopier()) {
            pool.metadata.chains.volume(COPY.value()).top.parent = null;
          }
          return isCopier();
        });

    CopyJob job = new VolumeMaker(pool).copy(IMAGE, COPY, KeyWish.INHERITED);

    assertFails(job, VolumeException.Kind.IO);
    assertThat(pool.metadata.chains.volume(COPY.value())).isNotNull();
    pool.abandon();
  }

  @Test
  void aCopyThatComesAfterTheClosingEndsAtOnce() throws Exception {
    PagedDevice device = new PagedDevice(POOL_BYTES);
    Pool pool = poolWithImage(device);
    pool.copier.stop();

    CopyJob job = new VolumeMaker(pool).copy(IMAGE, COPY, KeyWish.INHERITED);

    assertFails(job, VolumeException.Kind.BUSY);
    pool.close();
  }

  /** The write that is held ends when the pool has died. */
  private void abandonInCopy(HeldDevice device) throws Exception {
    CompletableFuture<Void> abandoned = CompletableFuture.runAsync(driver::abandon);
    EncryptedPool.awaitTrue(this::isDead);
    device.releaseLargeWrites();
    abandoned.join();
  }

  private boolean isDead() {
    try {
      VolumeInfo ignored = driver.create(new VolumeName("probe"), EXTENT);
      driver.delete(ignored.name());
      return false;
    } catch (VolumeException e) {
      return true;
    }
  }

  private static void assertFails(Job<VolumeInfo> job, VolumeException.Kind kind) {
    ExecutionException ended =
        catchThrowableOfType(
            ExecutionException.class,
            () -> job.result().toCompletableFuture().get(20, TimeUnit.SECONDS));
    assertThat(ended).hasCauseInstanceOf(VolumeException.class);
    assertThat(((VolumeException) ended.getCause()).kind()).isEqualTo(kind);
  }

  private static boolean isCopier() {
    return Thread.currentThread().getName().equals("lunette-copy");
  }

  /** Whether it has done all that it was given. */
  private static boolean isCopierIdle() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getKey().getName().equals("lunette-copy"))
        .flatMap(entry -> Arrays.stream(entry.getValue()))
        .anyMatch(
            frame ->
                frame.getClassName().equals(ThreadPoolExecutor.class.getName())
                    && frame.getMethodName().equals("getTask"));
  }

  private HeldDevice open(HeldDevice device) throws Exception {
    PoolState.format(device, new UUID(7, 7));
    open(device, KeyVault.none());
    return device;
  }

  private void open(RawDevice device, KeyVault vault) throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, vault);
  }

  private void reopen(RawDevice device, KeyVault vault) throws Exception {
    driver.close();
    open(device, vault);
  }

  /** A sealed image; returns what it holds. */
  private byte[] makeImage() throws Exception {
    driver.create(IMAGE, SIZE);
    return fillAndSeal();
  }

  private byte[] fillAndSeal() throws Exception {
    byte[] content = EncryptedPool.noise(SIZE, 3);
    try (BlockDevice volume = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      BlockingIo.write(volume, 0, EncryptedPool.direct(content), Durability.DURABLE);
    }
    driver.seal(IMAGE);
    return content;
  }

  /** A copy of an image with a key, whose first write is held; returns what the image holds. */
  private byte[] beginKeyedCopy(HeldDevice device, MemoryVault vault) throws Exception {
    reopen(device, vault);
    driver.createEncrypted(IMAGE, SIZE, 512);
    byte[] content = fillAndSeal();
    device.holdLargeWrites(offset -> isCopier());
    Job<VolumeInfo> ignored = driver.copy(IMAGE, COPY);
    device.awaitLargeWrite();
    return content;
  }

  private Job<VolumeInfo> copyHeldAtItsFirstRead(HeldDevice device) throws Exception {
    device.holdReadsBy("lunette-copy");
    Job<VolumeInfo> job = driver.copy(IMAGE, COPY);
    device.awaitReader();
    return job;
  }

  /** There is no space for a copy until what is held ends: the scrub of what filled the pool. */
  private void holdScrubOfFullPool(HeldDevice device) throws Exception {
    fillUp();
    device.holdLargeWrites(offset -> Thread.currentThread().getName().equals("lunette-zero"));
    driver.delete(BALLAST);
    device.awaitLargeWrite();
  }

  private static Pool poolWithImage(RawDevice device) throws Exception {
    PoolState.format(device, new UUID(7, 7));
    Pool pool = Pool.open(device, Clock.systemUTC(), 4 << 20, KeyVault.none());
    new VolumeMaker(pool).create(IMAGE, SIZE, 512, KeyWish.INHERITED);
    VolumeTable volumes = new VolumeTable(pool);
    try (BlockDevice image = volumes.open(IMAGE, AccessMode.READ_WRITE)) {
      BlockingIo.write(image, 0, EncryptedPool.direct(new byte[EXTENT]), Durability.DURABLE);
    }
    volumes.seal(IMAGE);
    return pool;
  }

  /** Leaves less than the copy takes. */
  private void fillUp() throws Exception {
    driver.create(BALLAST, POOL_BYTES);
    try (BlockDevice ballast = driver.open(BALLAST, AccessMode.READ_WRITE)) {
      for (long at = 0; driver.space().availableBytes() > SIZE / 2; at += EXTENT) {
        BlockingIo.write(
            ballast, at, EncryptedPool.direct(EncryptedPool.noise(EXTENT, 4)), Durability.VISIBLE);
      }
      BlockingIo.flush(ballast);
    }
  }

  private void awaitCopied() throws Exception {
    EncryptedPool.awaitTrue(
        () -> driver.find(COPY).map(VolumeInfo::state).orElse(null) != VolumeState.COPYING);
    assertThat(driver.find(COPY).map(VolumeInfo::state)).contains(VolumeState.WRITABLE);
  }

  private byte[] read(VolumeName name) throws Exception {
    try (BlockDevice open = driver.open(name, AccessMode.READ_ONLY)) {
      return EncryptedPool.bytes(open, 0, SIZE);
    }
  }
}
