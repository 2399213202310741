/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which layers are merged first, and which later. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MergerTest {

  private static final int BLOCK = PoolLayout.BLOCK_BYTES;
  private static final long EXTENT = PoolLayout.EXTENT_BYTES;
  private static final VolumeName FIRST = new VolumeName("first");
  private static final VolumeName MANY = new VolumeName("many");
  private static final VolumeName FEW = new VolumeName("few");

  private final WatchedDevice device = new WatchedDevice();
  private Pool pool;

  @BeforeEach
  void openPool() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    pool = Pool.open(device, Clock.systemUTC(), 4 << 20, KeyVault.none());
  }

  @AfterEach
  void closePool() throws Exception {
    device.watcher = offset -> {};
    pool.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @Test
  void thePairOfWhichTheFewestEntriesMoveComesFirst() throws Exception {
    long first = copiedTo(FIRST, 1);
    long many = copiedTo(MANY, 9);
    long few = copiedTo(FEW, 2);
    HeldMerge held = new HeldMerge(first, many, few);
    device.watcher = held;

    delete(FIRST);
    held.begun.await();
    delete(MANY);
    delete(FEW);
    held.mayEnd.countDown();

    awaitMerged(MANY);
    awaitMerged(FEW);
    assertThat(held.merged).containsExactly(few, many);
  }

  @Test
  void aLayerThatGrewByAMergeIsMergedLater() throws Exception {
    long first = copiedTo(FIRST, 1);
    new VolumeMaker(pool).create(MANY, 1 << 20, BLOCK, KeyWish.INHERITED);
    write(MANY, 8 * EXTENT);
    write(MANY, 9 * EXTENT);
    VolumeName older = new VolumeName("older");
    pool.lineage.snapshot(MANY, older);
    long many = filledAndSnapshot(MANY, 4);
    long few = copiedTo(FEW, 5);
    HeldMerge held = new HeldMerge(first, many, few);
    device.watcher = held;

    delete(FIRST);
    held.begun.await();
    assertThat(new VolumeTable(pool).delete(older)).isTrue();
    delete(MANY);
    delete(FEW);
    held.mayEnd.countDown();

    awaitMerged(MANY);
    awaitMerged(FEW);
    assertThat(held.merged).containsExactly(few, many);
  }

  @Test
  void whatFoundNoSpaceIsTriedAgainWhenSomeBecomesClean() throws Exception {
    long place = copiedTo(MANY, 3);
    assertThat(copiedTo(FEW, 1)).isPositive();
    CountDownLatch refused = new CountDownLatch(1);
    device.watcher =
        offset -> {
          if (offset == place && refused.getCount() > 0) {
            refused.countDown();
            throw new DeviceException("simulated: full", true);
          }
        };
    delete(MANY);
    refused.await();

    delete(FEW);
    awaitMerged(FEW);
    EraseJob erase = pool.lineage.erase(FEW, EraseRequest.zeroFillVerified());
    assertThat(erase.result.get(1, TimeUnit.MINUTES).extents()).isPositive();
    assertThat(RawBytes.occurrences(device, stamp(FEW))).isZero();

    awaitMerged(MANY);
    assertThat(RawBytes.occurrences(device, stamp(MANY))).isPositive();
  }

  /**
   * Makes a volume with a snapshot of so many extents, of the first of which it has another block
   * itself; returns where a merge copies what the snapshot has of that one.
   */
  private long copiedTo(VolumeName name, int extents) throws Exception {
    new VolumeMaker(pool).create(name, 1 << 20, BLOCK, KeyWish.INHERITED);
    return filledAndSnapshot(name, extents);
  }

  private long filledAndSnapshot(VolumeName name, int extents) throws Exception {
    for (int i = 0; i < extents; i++) {
      write(name, i * EXTENT);
    }
    pool.lineage.snapshot(name, snapshotOf(name));
    write(name, BLOCK);
    long entry = pool.metadata.chains.volume(name.value()).top.map.get(0);
    return MapEntry.extent(entry) * EXTENT;
  }

  private static VolumeName snapshotOf(VolumeName name) {
    return new VolumeName(name + "-before");
  }

  private void delete(VolumeName name) throws Exception {
    assertThat(new VolumeTable(pool).delete(snapshotOf(name))).isTrue();
    pool.log.commit();
  }

  private void awaitMerged(VolumeName name) throws Exception {
    while (new VolumeTable(pool).chainLength(name) > 1) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void write(VolumeName name, long offset) throws Exception {
    try (BlockDevice volume = new VolumeTable(pool).open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).put(0, stamp(name));
      BlockingIo.write(volume, offset, block, Durability.DURABLE);
    }
  }

  private static byte[] stamp(VolumeName name) {
    return ("what was written to volume " + name).getBytes(StandardCharsets.US_ASCII);
  }

  private interface Watcher {
    void writes(long offset) throws DeviceException;
  }

  /** Holds a merge at its first write, and notes in which order the others come after it. */
  private static final class HeldMerge implements Watcher {

    private final long held;
    private final Set<Long> others;
    private final List<Long> merged = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    HeldMerge(long held, long... others) {
      this.held = held;
      this.others = LongStream.of(others).boxed().collect(Collectors.toSet());
    }

    @Override
    public void writes(long offset) {
      if (offset == held) {
        begun.countDown();
        try {
          mayEnd.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      } else if (others.contains(offset)) {
        merged.add(offset);
      }
    }
  }

  /** Has somebody look at each write before it is made. */
  private static final class WatchedDevice extends PagedDevice {

    private volatile Watcher watcher = offset -> {};

    WatchedDevice() {
      super(64L << 20);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      watcher.writes(offset);
      super.write(offset, source);
    }
  }
}
