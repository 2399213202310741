/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Independent clones: what they hold, what they cost, and what is left of one that ended early. */
class EngineCopyTest {

  private static final int EXTENT = 64 * 1024;
  private static final int BLOCK = 4096;
  private static final int SECTOR = 512;
  private static final int SIZE = 160 * EXTENT;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName COPY = new VolumeName("copy");

  private PagedDevice raw;
  private HeldDevice device;
  private EngineVolumeDriver driver;

  @BeforeEach
  void openPool() throws Exception {
    raw = new PagedDevice(64L << 20);
    device = new HeldDevice(raw);
    PoolState.format(device, new UUID(7, 7));
    open();
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
  }

  @Test
  void aCopyTakesSpaceForWhatIsNotZeroAlone() throws Exception {
    byte[] content = new byte[SIZE];
    Arrays.fill(content, 3 * EXTENT, 5 * EXTENT, (byte) 1);
    makeImage(content);

    VolumeInfo copy = await(driver.copy(IMAGE, COPY));

    assertThat(copy.allocatedBytes()).isEqualTo(2 * EXTENT);
    assertThat(read(COPY)).isEqualTo(content);
  }

  @Test
  void aCopyOfACloneHoldsWhatShowsThroughTheWholeChain() throws Exception {
    byte[] content = random(SIZE, 1);
    makeImage(content);
    VolumeName clone = new VolumeName("clone");
    driver.clone(IMAGE, List.of(clone));
    byte[] patch = random(3 * BLOCK, 2);
    write(clone, 7 * BLOCK, patch);
    try (BlockDevice open = driver.open(clone, AccessMode.READ_WRITE)) {
      BlockingIo.discard(open, 10 * EXTENT, 4 * EXTENT);
    }
    driver.seal(clone);

    VolumeInfo copy = await(driver.copy(clone, COPY));
    driver.delete(clone);
    driver.delete(IMAGE);

    System.arraycopy(patch, 0, content, 7 * BLOCK, patch.length);
    Arrays.fill(content, 10 * EXTENT, 14 * EXTENT, (byte) 0);
    assertThat(copy.allocatedBytes()).isEqualTo(SIZE - 4 * EXTENT);
    assertThat(driver.chainLength(COPY)).isEqualTo(1);
    assertThat(read(COPY)).isEqualTo(content);
  }

  @Test
  void aSourceThatIsDeletedMeanwhileIsCopiedAllTheSame() throws Exception {
    byte[] content = random(SIZE, 3);
    makeImage(content);

    Job<VolumeInfo> job = driver.copy(IMAGE, COPY);
    driver.delete(IMAGE);
    await(job);

    assertThat(read(COPY)).isEqualTo(content);
    assertThat(driver.chainLength(COPY)).isEqualTo(1);
  }

  @Test
  @Timeout(60)
  void whatACopyIsReadingIsNotScrubbedUnderIt() throws Exception {
    VolumeName volume = new VolumeName("volume");
    VolumeName eldest = new VolumeName("eldest");
    driver.create(volume, SIZE);
    byte[] content = Arrays.copyOf(random(EXTENT, 11), SIZE);
    byte[] hidden = Arrays.copyOf(content, SECTOR);
    write(volume, 0, Arrays.copyOf(content, EXTENT));
    driver.snapshot(volume, eldest);
    byte[] patch = random(BLOCK, 12);
    System.arraycopy(patch, 0, content, 0, BLOCK);
    write(volume, 0, patch);
    driver.snapshot(volume, IMAGE);
    assertThat(RawBytes.occurrences(raw, hidden)).isEqualTo(1);

    device.holdReadsBy("lunette-copy");
    Job<VolumeInfo> job = driver.copy(IMAGE, COPY);
    device.awaitReader();
    // Its blocks move into the layer above, and the extent where they were read is given up.
    driver.delete(eldest);
    awaitChain(volume, 2);
    CompletableFuture<Void> purged = CompletableFuture.runAsync(() -> purge(volume));
    while (!purged.isDone() && !isInGracePeriod("lunette-scrub")) {
      LockSupport.parkNanos(1_000_000);
    }
    device.releaseReads();
    await(job);
    purged.join();

    assertThat(read(COPY)).isEqualTo(content);
    assertThat(driver.space().dirtyBytes()).isZero();
    assertThat(RawBytes.occurrences(raw, hidden)).isZero();
  }

  private void purge(VolumeName name) {
    try (BlockDevice open = driver.open(name, AccessMode.READ_WRITE)) {
      BlockingIo.purge(open);
    } catch (VolumeException | BlockException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isInGracePeriod(String thread) {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getKey().getName().equals(thread))
        .flatMap(entry -> Arrays.stream(entry.getValue()))
        .anyMatch(frame -> frame.getClassName().equals(GracePeriod.class.getName()));
  }

  private void awaitChain(VolumeName name, int length) throws Exception {
    while (driver.chainLength(name) != length) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void aCopyThatACrashCutShortGoesOnByItself() throws Exception {
    byte[] content = random(SIZE, 4);
    makeImage(content);

    Job<VolumeInfo> job = driver.copy(IMAGE, COPY);
    driver.abandon();
    open();
    awaitState(VolumeState.WRITABLE);

    assertThat(job.result().toCompletableFuture()).isDone();
    assertThat(read(COPY)).isEqualTo(content);
    assertThat(driver.find(COPY).orElseThrow().origin()).isEmpty();
  }

  @Test
  void askingAgainJoinsTheCopyThatIsUnderWay() throws Exception {
    makeImage(random(SIZE, 5));

    Job<VolumeInfo> first = driver.copy(IMAGE, COPY);
    driver.close();
    device.holdLargeWrites();
    open();
    boolean goesOn = driver.find(COPY).orElseThrow().state() == VolumeState.COPYING;
    Job<VolumeInfo> joined = goesOn ? driver.copy(IMAGE, COPY) : first;
    device.releaseLargeWrites();
    if (goesOn) {
      await(joined);
    }

    assertThat(first.result().toCompletableFuture()).isDone();
    assertThat(driver.find(COPY).orElseThrow().state()).isEqualTo(VolumeState.WRITABLE);
  }

  @Test
  void aVolumeThatIsBeingCopiedCannotBeOpened() throws Exception {
    makeImage(random(SIZE, 6));
    device.holdLargeWrites();
    Job<VolumeInfo> job = driver.copy(IMAGE, COPY);

    assertThatThrownBy(() -> driver.open(COPY, AccessMode.READ_ONLY))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("COPYING");
    assertThat(driver.copy(IMAGE, COPY)).isSameAs(job);
    device.releaseLargeWrites();
    await(job);
  }

  @Test
  void aCancelledCopyLeavesNoVolumeAndNothingOnTheDevice() throws Exception {
    byte[] content = random(SIZE, 7);
    makeImage(content);
    await(driver.copy(IMAGE, new VolumeName("first")));
    long owned = driver.space().ownedBytes();

    AtomicLong first = new AtomicLong();
    device.holdLargeWrites(offset -> !first.compareAndSet(0, offset));
    Job<VolumeInfo> job = driver.copy(IMAGE, COPY);
    device.awaitLargeWrite();
    byte[] copied = blockAt(first.get());
    assertThat(timesOnDevice(copied)).isEqualTo(3);
    job.cancel();
    device.releaseLargeWrites();

    assertThatThrownBy(() -> await(job)).hasCauseInstanceOf(CancellationException.class);
    assertThat(driver.find(COPY)).isEmpty();
    awaitClean();
    assertThat(driver.space().ownedBytes()).isEqualTo(owned);
    assertThat(timesOnDevice(copied)).isEqualTo(2);
  }

  @Test
  void deletingACopyThatIsUnderWayEndsIt() throws Exception {
    byte[] content = random(SIZE, 8);
    makeImage(content);

    device.holdLargeWrites();
    Job<VolumeInfo> job = driver.copy(IMAGE, COPY);
    device.releaseLargeWrites();
    driver.delete(COPY);

    boolean ended =
        job.result().toCompletableFuture().handle((v, e) -> true).get(1, TimeUnit.MINUTES);
    assertThat(ended).isTrue();
    assertThat(driver.find(COPY)).isEmpty();
    awaitClean();
    assertThat(timesOnDevice(content, 0)).isEqualTo(1);
  }

  @Test
  void aCopyThatThePoolHasNoRoomForIsGivenUpWithAReason() throws Exception {
    makeImage(random(SIZE, 9));
    for (int i = 0; i < 5; i++) {
      VolumeName name = new VolumeName("copy-" + i);
      try {
        await(driver.copy(IMAGE, name));
      } catch (ExecutionException e) {
        assertThat(e.getCause())
            .isInstanceOf(VolumeException.class)
            .hasMessageContaining("copy-" + i);
        assertThat(((VolumeException) e.getCause()).kind())
            .isEqualTo(VolumeException.Kind.OUT_OF_SPACE);
        assertThat(driver.find(name)).isEmpty();
        return;
      }
    }
    throw new AssertionError("a pool of 64 MiB held more copies of 10 MiB than it can");
  }

  private void makeImage(byte[] content) throws Exception {
    driver.create(IMAGE, SIZE);
    write(IMAGE, 0, content);
    driver.seal(IMAGE);
  }

  private static VolumeInfo await(Job<VolumeInfo> job) throws Exception {
    return job.result().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  private void awaitState(VolumeState state) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (driver.find(COPY).orElseThrow().state() != state && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(driver.find(COPY).orElseThrow().state()).isEqualTo(state);
  }

  private void awaitClean() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (driver.space().dirtyBytes() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(driver.space().dirtyBytes()).isZero();
  }

  /** How many blocks of the device hold the block of the content at that offset. */
  private int timesOnDevice(byte[] content, int offset) throws Exception {
    return timesOnDevice(Arrays.copyOfRange(content, offset, offset + BLOCK));
  }

  private byte[] blockAt(long offset) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK);
    device.read(offset, buffer);
    byte[] block = new byte[BLOCK];
    buffer.get(0, block);
    return block;
  }

  private int timesOnDevice(byte[] wanted) throws Exception {
    byte[] block = new byte[BLOCK];
    ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK);
    int times = 0;
    for (long at = 0; at < device.sizeBytes(); at += BLOCK) {
      device.read(at, buffer);
      buffer.get(0, block);
      if (Arrays.equals(block, wanted)) {
        times++;
      }
    }
    return times;
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
  }

  private void write(VolumeName name, int offset, byte[] bytes) throws Exception {
    try (BlockDevice open = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
      BlockingIo.write(open, offset, direct, Durability.VISIBLE);
    }
  }

  private byte[] read(VolumeName name) throws Exception {
    try (BlockDevice open = driver.open(name, AccessMode.READ_ONLY)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(SIZE);
      BlockingIo.read(open, 0, bytes);
      byte[] read = new byte[SIZE];
      bytes.get(0, read);
      return read;
    }
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
