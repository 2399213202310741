/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Which durable writes cost a commit and which do not. That both are durable is for {@link
 * CrashModelTest}.
 */
class EngineWriteThroughTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int EXTENT = 65_536;

  private final CountingDevice pool = new CountingDevice();
  private EngineVolumeDriver driver;
  private BlockDevice volume;

  @BeforeEach
  void writeTwoExtents() throws Exception {
    PoolState.format(pool, new UUID(7, 7));
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC(), 4 << 20);
    driver.create(VOLUME, 16 * EXTENT);
    volume = driver.open(VOLUME, AccessMode.READ_WRITE);
    write(0, 2 * EXTENT, Durability.DURABLE);
  }

  @AfterEach
  void close() throws Exception {
    volume.close();
    driver.close();
  }

  @Test
  void anOverwriteOfWhatIsDurablyMappedNeedsNoCommit() throws Exception {
    assertThat(flushesOf(512, 8192)).isZero();
    assertThat(pool.durableWrites.get()).isEqualTo(1);
  }

  @Test
  void aFirstWriteIsCommitted() throws Exception {
    assertThat(flushesOf(2 * EXTENT, 4096)).isPositive();
    assertThat(pool.durableWrites.get()).isZero();
  }

  @Test
  void aFirstWriteAndItsRecordAreDurableByOneFlush() throws Exception {
    int groups = pool.groups.get();
    assertThat(flushesOf(2 * EXTENT, 8192)).isEqualTo(1);
    assertThat(pool.groups.get()).isEqualTo(groups);
  }

  @Test
  void aVisibleFirstWriteBesideItTakesAFlushOfItsOwn() throws Exception {
    write(3 * EXTENT, 4096, Durability.VISIBLE);
    int groups = pool.groups.get();
    assertThat(flushesOf(2 * EXTENT, 4096)).isEqualTo(1);
    assertThat(pool.groups.get()).as("durable after the flush").isEqualTo(groups + 1);
  }

  @Test
  void whatACommitVouchesForIsOverwrittenAfterAnotherOne() throws Exception {
    write(2 * EXTENT, 8192, Durability.DURABLE);
    int groups = pool.groups.get();

    write(2 * EXTENT, 512, Durability.VISIBLE);
    assertThat(pool.groups.get()).isEqualTo(groups + 1);

    write(2 * EXTENT + 4096, 4096, Durability.DURABLE);
    assertThat(pool.groups.get()).as("one is enough for both blocks").isEqualTo(groups + 1);
  }

  @Test
  void anEntryThatNoCommitHasYetIsCommitted() throws Exception {
    write(4 * EXTENT, 4096, Durability.VISIBLE);
    assertThat(flushesOf(4 * EXTENT, 4096)).isPositive();
    assertThat(flushesOf(4 * EXTENT, 4096)).isZero();
  }

  @Test
  void anAtomicWritesNewPlaceIsCommitted() throws Exception {
    BlockingIo.writeAtomic(volume, 0, ByteBuffer.allocateDirect(8192), Durability.VISIBLE);
    assertThat(flushesOf(0, 4096)).isPositive();
    assertThat(pool.durableWrites.get()).isZero();

    assertThat(flushesOf(0, 4096)).isZero();
    assertThat(pool.durableWrites.get()).isEqualTo(1);
  }

  @Test
  void whatASnapshotFrozeIsWrittenElsewhereAndCommitted() throws Exception {
    driver.snapshot(VOLUME, new VolumeName("snapshot"));
    assertThat(flushesOf(0, 4096)).isPositive();
    assertThat(pool.durableWrites.get()).isZero();
  }

  @Test
  void whatWasMappedBeforeACrashIsDurablyMappedAfterIt() throws Exception {
    driver.abandon();
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC(), 4 << 20);
    volume = driver.open(VOLUME, AccessMode.READ_WRITE);
    assertThat(flushesOf(EXTENT, 4096)).isZero();
  }

  private int flushesOf(long offset, int length) throws BlockException {
    int before = pool.flushes.get();
    write(offset, length, Durability.DURABLE);
    return pool.flushes.get() - before;
  }

  private void write(long offset, int length, Durability durability) throws BlockException {
    BlockingIo.write(volume, offset, ByteBuffer.allocateDirect(length), durability);
  }

  /** Counts what makes data durable. */
  private static final class CountingDevice extends PagedDevice {

    private final AtomicInteger flushes = new AtomicInteger();
    private final AtomicInteger durableWrites = new AtomicInteger();

    /** Groups of the journal that are durable without a flush. */
    private final AtomicInteger groups = new AtomicInteger();

    /** So large that the scrubber leaves alone for now what little is dropped: it would commit. */
    CountingDevice() {
      super(64L << 20);
    }

    @Override
    public void writeDurably(long offset, ByteBuffer source) throws DeviceException {
      write(offset, source);
      if (offset >= (PoolLayout.JOURNAL_EXTENT + CrashLife.JOURNAL_EXTENTS) * (long) EXTENT) {
        durableWrites.incrementAndGet();
      } else {
        groups.incrementAndGet();
      }
    }

    @Override
    public void flush() throws DeviceException {
      flushes.incrementAndGet();
      super.flush();
    }
  }
}
