/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.blockio.DataRuns;
import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The ring is full and the file system has no space for the checkpoint that would empty it: what
 * changes metadata is refused, and nothing else.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullRingTest {

  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName CLONE = new VolumeName("clone");
  private static final VolumeName RETURNED = new VolumeName("returned");
  private static final VolumeName DELETED = new VolumeName("deleted");
  private static final VolumeName ERASED = new VolumeName("erased");
  private static final VolumeName LAST = new VolumeName("last");
  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final long EXTENT = PoolLayout.EXTENT_BYTES;
  private static final int EXTENTS = 16;

  private final SparseDevice device = new SparseDevice();
  private EngineVolumeDriver driver;
  private BlockDevice volume;

  @BeforeEach
  void fillTheRing() throws Exception {
    CrashLife.format(device, 1);
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20);
    driver.create(IMAGE, EXTENTS * EXTENT);
    writeEach(IMAGE);
    driver.seal(IMAGE);
    driver.clone(IMAGE, List.of(CLONE));
    driver.create(VOLUME, 2 * EXTENTS * EXTENT);
    writeEach(VOLUME);
    for (VolumeName name : List.of(DELETED, ERASED, RETURNED)) {
      driver.create(name, EXTENTS * EXTENT);
      writeEach(name);
    }
    for (VolumeName name : List.of(DELETED, ERASED, RETURNED)) {
      assertThat(RawBytes.occurrences(device, mark(name))).isEqualTo(EXTENTS);
    }
    var erased =
        driver
            .erase(RETURNED, EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
    assertThat(erased.extents()).isEqualTo(EXTENTS);
    requireNothingLeftOf(RETURNED);
    device.setRoom(0);
    assertNoSpace(
        () -> {
          for (int i = 0; ; i++) {
            driver.clone(IMAGE, List.of(new VolumeName("clone-" + i)));
          }
        });
    volume = driver.open(VOLUME, AccessMode.READ_WRITE);
  }

  @AfterEach
  void abandon() {
    driver.abandon();
  }

  /** More of them than are written through go by a commit, as they do for a busy guest. */
  @Test
  void durableOverwritesAtOnceAllEndWell() throws Exception {
    int many = Pool.IO_THREADS;
    Ends ends = new Ends(many / 2, many);
    device.writesThrough = new CountDownLatch(1);

    for (int i = 0; i < many; i++) {
      volume.write(i * EXTENT, numbered(100 + i), Durability.DURABLE, ends);
    }

    assertThat(ends.some.await(1, TimeUnit.MINUTES)).isTrue();
    device.writesThrough.countDown();
    assertThat(ends.all.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(ends.failure).isNull();
  }

  /** Else it would be seen, and no flush of its volume could make it durable. */
  @Test
  void whatCannotBeMadeDurableIsRefusedBeforeItIsSeen() throws Exception {
    try (BlockDevice clone = driver.open(CLONE, AccessMode.READ_WRITE)) {
      for (int i = 0; i < 5000; i++) {
        long offset = i % EXTENTS * EXTENT;
        assertNoSpace(
            () ->
                BlockingIo.writeZeroes(
                    clone, offset, BLOCK, Provisioning.KEEP, Durability.VISIBLE));
      }
      assertNoSpace(() -> BlockingIo.discard(clone, 0, (int) EXTENT));
      BlockingIo.flush(clone);
    }
    assertNoSpace(
        () -> BlockingIo.write(volume, EXTENTS * EXTENT, numbered(100), Durability.VISIBLE));
    assertNoSpace(() -> BlockingIo.writeAtomic(volume, 0, numbered(100), Durability.DURABLE));
    assertThat(read(0)).isOne();

    BlockingIo.write(volume, 0, numbered(100), Durability.VISIBLE);
    BlockingIo.flush(volume);

    assertThat(read(0)).isEqualTo(100);
  }

  /** A checkpoint that the ring needs has the holes punched that others have taken so far. */
  @Test
  void whatScrubbedExtentsHaveServesTheCheckpointThatEmptiesTheRing() throws Exception {
    device.tellsWhatIsHeld = true;

    driver.clone(IMAGE, List.of(LAST));

    driver.abandon();
    driver = EngineVolumeDriver.open(device.copy(), Clock.systemUTC(), 8 << 20);
    assertThat(driver.find(LAST)).isPresent();
  }

  @Test
  void whatIsDeletedOrErasedMeanwhileIsScrubbedOnceThereIsSpace() throws Exception {
    assertNoSpace(() -> driver.delete(DELETED));
    assertNoSpace(() -> driver.erase(ERASED, EraseRequest.zeroFillVerified()));
    letOthersTry();

    device.setRoom(Integer.MAX_VALUE);
    driver.clone(IMAGE, List.of(LAST));

    while (driver.find(ERASED).orElseThrow().state() != VolumeState.WRITABLE) {
      LockSupport.parkNanos(100_000);
    }
    awaitNothingDirty();
    assertThat(driver.find(DELETED)).isEmpty();
    requireNothingLeftOf(ERASED);
    requireNothingLeftOf(DELETED);
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  /** What was reserved is nobody's after a crash, and no commit has space to give it back. */
  @Test
  void whatACrashLeftIsScrubbedOnceThereIsSpace() throws Exception {
    driver.abandon();
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20);
    assertThat(driver.space().dirtyBytes()).isPositive();
    letOthersTry();

    device.setRoom(Integer.MAX_VALUE);
    driver.clone(IMAGE, List.of(LAST));

    awaitNothingDirty();
  }

  @Test
  void theNextEraseOfWhoMayHaveWrittenItClaimsToHide() throws Exception {
    driver.abandon();
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 8 << 20);
    device.setRoom(Integer.MAX_VALUE);
    driver.clone(IMAGE, List.of(LAST));

    EraseReport report =
        driver
            .erase(ERASED, EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);

    assertThat(report.claim()).isEqualTo(EraseClaim.HIDDEN);
    requireNothingLeftOf(ERASED);
  }

  /** So many changes that whoever is at work in the background has tried his as well. */
  private void letOthersTry() {
    for (int i = 0; i < 100; i++) {
      VolumeName name = new VolumeName("refused-" + i);
      assertNoSpace(() -> driver.clone(IMAGE, List.of(name)));
    }
  }

  private void awaitNothingDirty() {
    while (driver.space().dirtyBytes() > 0) {
      LockSupport.parkNanos(100_000);
    }
  }

  private void writeEach(VolumeName name) throws Exception {
    try (BlockDevice written = driver.open(name, AccessMode.READ_WRITE)) {
      for (int i = 0; i < EXTENTS; i++) {
        ByteBuffer extent = ByteBuffer.allocateDirect((int) EXTENT).put(Integer.BYTES, mark(name));
        BlockingIo.write(written, i * EXTENT, extent.putInt(0, i + 1), Durability.VISIBLE);
      }
      BlockingIo.flush(written);
    }
  }

  private static byte[] mark(VolumeName name) {
    return ("what is written to " + name).getBytes(StandardCharsets.US_ASCII);
  }

  private void requireNothingLeftOf(VolumeName name) throws Exception {
    assertThat(RawBytes.occurrences(device, mark(name))).as("%s", name).isZero();
  }

  private static void assertNoSpace(ThrowingCallable call) {
    Exception refused = catchThrowableOfType(Exception.class, call);
    if (refused instanceof VolumeException ofVolume) {
      assertThat(ofVolume.kind()).isEqualTo(VolumeException.Kind.OUT_OF_SPACE);
    } else {
      assertThat(refused)
          .isInstanceOfSatisfying(
              BlockException.class,
              ofBlocks -> assertThat(ofBlocks.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE));
    }
  }

  private static ByteBuffer numbered(int number) {
    return ByteBuffer.allocateDirect(BLOCK).putInt(0, number);
  }

  private int read(long offset) throws Exception {
    ByteBuffer content = ByteBuffer.allocateDirect(BLOCK);
    BlockingIo.read(volume, offset, content);
    return content.getInt(0);
  }

  /** Of writes: some of them, then all. */
  private static final class Ends implements IoCompletion {

    private final CountDownLatch some;
    private final CountDownLatch all;
    private volatile BlockException failure;

    Ends(int some, int all) {
      this.some = new CountDownLatch(some);
      this.all = new CountDownLatch(all);
    }

    @Override
    public void completed() {
      some.countDown();
      all.countDown();
    }

    @Override
    public void failed(BlockException cause) {
      failure = cause;
      completed();
    }
  }

  /**
   * A device of pages that have space once they were written to, of a file system that fills up.
   */
  private static final class SparseDevice extends PagedDevice {

    private final BitSet held = new BitSet();
    private int room = Integer.MAX_VALUE;
    private volatile boolean tellsWhatIsHeld;

    /** Which a durable write of data waits for, if there is one. */
    private volatile CountDownLatch writesThrough;

    SparseDevice() {
      super(CrashLife.POOL_BYTES);
      held.set(0, (int) (firstData() / PAGE));
    }

    private static long firstData() {
      return (PoolLayout.JOURNAL_EXTENT + CrashLife.JOURNAL_EXTENTS) * EXTENT;
    }

    synchronized void setRoom(int pages) {
      room = pages;
    }

    @Override
    public Set<Feature> features() {
      return Set.of(Feature.PUNCH_HOLE);
    }

    @Override
    public synchronized void write(long offset, ByteBuffer source) throws DeviceException {
      int first = (int) (offset / PAGE);
      int end = (int) ((offset + source.remaining() + PAGE - 1) / PAGE);
      int more = end - first - held.get(first, end).cardinality();
      if (more > room) {
        throw new DeviceException("simulated: no space is left", true);
      }
      room -= more;
      held.set(first, end);
      super.write(offset, source);
    }

    @Override
    public void writeDurably(long offset, ByteBuffer source) throws DeviceException {
      CountDownLatch latch = writesThrough;
      if (latch != null && offset >= firstData()) {
        try {
          latch.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      super.writeDurably(offset, source);
    }

    @Override
    public synchronized void punchHole(long offset, long length) throws DeviceException {
      int first = (int) (offset / PAGE);
      int end = (int) ((offset + length) / PAGE);
      super.write(offset, ByteBuffer.allocate((int) length));
      room += held.get(first, end).cardinality();
      held.clear(first, end);
    }

    @Override
    public synchronized Optional<DataRuns.Run> nextHeld(long from) {
      int first = tellsWhatIsHeld ? held.nextSetBit((int) (from / PAGE)) : -1;
      return first < 0
          ? Optional.empty()
          : Optional.of(
              new DataRuns.Run(
                  Math.max(from, (long) first * PAGE),
                  held.nextClearBit(first) * (long) PAGE - Math.max(from, (long) first * PAGE)));
    }
  }
}
