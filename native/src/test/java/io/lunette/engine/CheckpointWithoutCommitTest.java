/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.ExtentRun;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.journal.RecordBuffer;
import io.lunette.engine.map.PageCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The ring is full, so a checkpoint is to make durable what no commit has: whatever it leaves when
 * it does not come to its end, no page may lie in what is called CLEAN after the next opening.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CheckpointWithoutCommitTest {

  private static final long CACHE_BYTES = 8 << 20;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final long FIRST_EXTENT = PoolLayout.JOURNAL_EXTENT + CrashLife.JOURNAL_EXTENTS;

  @Test
  void noPageIsLeftInAnExtentWhoseScrubIsNotCommitted() throws Exception {
    RecordingDevice device = new RecordingDevice(withReleasedLayer());
    PoolState state = PoolState.read(device, new PageCache(CACHE_BYTES));
    Checkpointer checkpointer = checkpointer(device, state);
    Metadata metadata = state.metadata();
    metadata.lock.lock();
    scrub(device, metadata);
    Checkpointer.Plan plan = checkpointer.plan(0);
    RecordBuffer unused = metadata.takePending();
    metadata.lock.unlock();

    checkpointer.write(plan, state.journalEnd().position(), state.journalEnd().sequence(), false);

    Random coin = new Random(1);
    RecordingDevice.Crashes crashes = device.crashes();
    while (crashes.advance()) {
      for (double kept : new double[] {0.5, 1}) {
        PagedDevice left = crashes.image(coin, kept);
        openUntilScrubbed(left);
        assertThat(cleanButNotZero(left)).as("a crash at call %d", crashes.at()).isEmpty();
      }
    }
  }

  @Test
  void checkpointsThatFoundNoSpaceOneAfterAnotherLeaveNoPage() throws Exception {
    NarrowDevice device = new NarrowDevice(withReleasedLayer());
    PoolState state = PoolState.read(device, new PageCache(CACHE_BYTES));
    Checkpointer checkpointer = checkpointer(device, state);
    Metadata metadata = state.metadata();
    Set<List<ExtentRun>> announced = new HashSet<>();
    for (int attempt = 0; attempt < 8; attempt++) {
      metadata.lock.lock();
      Checkpointer.Plan plan = checkpointer.plan(0);
      RecordBuffer records = metadata.takePending();
      metadata.lock.unlock();
      device.room = 4;
      assertThatThrownBy(
              () ->
                  checkpointer.write(
                      plan, state.journalEnd().position(), state.journalEnd().sequence(), false))
          .hasMessageContaining("no space");
      announced.add(checkpointer.latest().taking());
      metadata.lock.lock();
      metadata.returnPending(records);
      metadata.lock.unlock();
    }
    assertThat(announced).hasSizeGreaterThan(1);
    PagedDevice left = device.copy();
    List<ExtentRun> taking = PoolState.read(left, new PageCache(CACHE_BYTES)).superblock().taking();
    assertThat(cleanButNotZero(left))
        .isNotEmpty()
        .allMatch(at -> taking.stream().anyMatch(run -> run.first() <= at && at < run.end()));

    openUntilScrubbed(left);

    assertThat(cleanButNotZero(left)).isEmpty();
  }

  /** As where a file system must find another place for each write, or a quota is met. */
  @Test
  void whatIsFrozenGoesWithTheNextWhereNoSuperblockCouldBeWrittenToAnnounceIt() throws Exception {
    NarrowDevice device = new NarrowDevice(withReleasedLayer());
    PoolState state = PoolState.read(device, new PageCache(CACHE_BYTES));
    Checkpointer checkpointer = checkpointer(device, state);
    Metadata metadata = state.metadata();
    device.room = Integer.MAX_VALUE;
    metadata.lock.lock();
    scrub(device, metadata);
    Checkpointer.Plan first = checkpointer.plan(0);
    RecordBuffer unused = metadata.takePending();
    metadata.lock.unlock();
    long position = state.journalEnd().position();
    device.takesSuperblocks = false;
    assertThatThrownBy(() -> checkpointer.write(first, position, 9, false))
        .hasMessageContaining("no space");
    device.takesSuperblocks = true;

    metadata.lock.lock();
    Checkpointer.Plan second = checkpointer.plan(0);
    metadata.lock.unlock();
    checkpointer.write(second, position, 9, false);

    assertThat(PoolState.read(device, new PageCache(CACHE_BYTES)).metadata().chains.layers())
        .hasSameSizeAs(metadata.chains.layers())
        .noneMatch(layer -> layer.ownedExtents > 0);
  }

  /** Also not the last of all, at a close: what the first froze is in no list of the next. */
  @Test
  void noneIsMadeAfterOneThatFailed() throws Exception {
    FailingDevice device = new FailingDevice(CrashLife.POOL_BYTES);
    CrashLife.format(device, 5);
    PoolState state = PoolState.read(device, new PageCache(CACHE_BYTES));
    Checkpointer checkpointer = checkpointer(device, state);
    state.metadata().lock.lock();
    state.metadata().chains.createOrphans();
    Checkpointer.Plan plan = checkpointer.plan(0);
    state.metadata().lock.unlock();
    device.failWrites(FailingDevice.from(FIRST_EXTENT * PoolLayout.EXTENT_BYTES));
    checkpointer.start(plan, state.journalEnd().position(), state.journalEnd().sequence());
    checkpointer.await();
    device.heal();

    assertThatThrownBy(() -> checkpointer.plan(0)).hasMessageContaining("cannot write at");
  }

  /** A pool left by a crash, with a layer that wrote one block of an extent and waits for scrub. */
  private static PagedDevice withReleasedLayer() throws Exception {
    FailingDevice device = new FailingDevice(CrashLife.POOL_BYTES);
    CrashLife.format(device, 5);
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), CACHE_BYTES);
    driver.create(VOLUME, 1 << 20);
    try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, 0x11C0FFEE);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
    device.failWrites(FailingDevice.at(device.placeOf(0x11C0FFEE)));
    driver.delete(VOLUME);
    driver.abandon();
    return device.copy();
  }

  /** What a scrub does, but for the commit at its end. */
  private static void scrub(RawDevice device, Metadata metadata) throws IOException {
    for (Layer layer : metadata.chains.layers()) {
      if (layer.slot.state() == LayerSlot.State.RELEASED && layer.ownedExtents > 0) {
        long extent = MapEntry.extent(layer.map.get(0));
        device.write(
            extent * PoolLayout.EXTENT_BYTES, AlignedBuffers.allocate(PoolLayout.BLOCK_BYTES));
        device.flush();
        metadata.set(layer.map, 0, 0);
        metadata.space.markClean(extent);
        return;
      }
    }
    throw new AssertionError("no layer waits for its scrub");
  }

  private static Checkpointer checkpointer(RawDevice device, PoolState state) {
    AsideFlush flush = new AsideFlush(device);
    return new Checkpointer(
        state.metadata(),
        device,
        flush,
        state.pages(),
        new ExtentFinder(state.metadata(), state.pages()),
        new PoolTrim(device, flush, null, state.metadata()),
        Runnable::run,
        state.superblock(),
        state.former());
  }

  private static void openUntilScrubbed(PagedDevice device) throws Exception {
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), CACHE_BYTES);
    while (driver.space().dirtyBytes() > 0) {
      LockSupport.parkNanos(100_000);
    }
    driver.close();
  }

  private static List<Long> cleanButNotZero(PagedDevice device) throws Exception {
    SpaceMap space = PoolState.read(device, new PageCache(CACHE_BYTES)).metadata().space;
    ByteBuffer extent = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);
    ByteBuffer zeroes = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);
    List<Long> found = new ArrayList<>();
    for (long at = space.firstExtent; at < space.capacityExtents(); at++) {
      if ((space.spaceWord(at >>> 6) >>> at & 1) == 0) {
        device.read(at * PoolLayout.EXTENT_BYTES, extent);
        if (extent.mismatch(zeroes) >= 0) {
          found.add(at);
        }
      }
    }
    return found;
  }

  /** A device with room for so many writes behind the journal. */
  private static final class NarrowDevice extends PagedDevice {

    int room;
    boolean takesSuperblocks = true;

    NarrowDevice(PagedDevice before) {
      super(before.sizeBytes());
      for (int page = 0; page < before.sizeBytes() / PAGE; page++) {
        put((long) page * PAGE, before.page(page), 0, PAGE);
      }
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      if (offset >= FIRST_EXTENT * PoolLayout.EXTENT_BYTES && room-- <= 0) {
        throw new DeviceException("simulated: no space is left", true);
      }
      if (!takesSuperblocks && offset < PoolLayout.JOURNAL_EXTENT * PoolLayout.EXTENT_BYTES) {
        throw new DeviceException("simulated: no space is left for a superblock", true);
      }
      super.write(offset, source);
    }
  }
}
