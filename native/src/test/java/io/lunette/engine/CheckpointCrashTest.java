/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Checkpoints without a commit before them, which take extents for their pages that nothing in the
 * journal names: a crash in the middle must not leave pages in what is called CLEAN.
 */
class CheckpointCrashTest {

  private static final long CACHE_BYTES = 8 << 20;

  @Test
  void pagesInExtentsThatAreCalledCleanAreAnnouncedAndGoneAfterTheNextOpening() throws Exception {
    boolean ended = false;
    int unfinished = 0;
    for (int call = 1; !ended; call++) {
      SimulatedDevice device = new SimulatedDevice(32L << 20);
      PoolState.format(device, new UUID(3, 4));
      device.dieAfter(call);
      ended = live(device);
      device.die();
      SimulatedDevice left = device.afterDeath(new Random(call));

      PoolState state = PoolState.read(left, new PageCache(CACHE_BYTES));
      for (long extent : cleanButNotZero(left)) {
        unfinished++;
        assertThat(state.superblock().taking())
            .as("death at call %d, extent %d", call, extent)
            .anyMatch(run -> run.first() <= extent && extent < run.end());
      }
      EngineVolumeDriver.open(left, Clock.systemUTC(), CACHE_BYTES).close();
      assertThat(cleanButNotZero(left)).as("death at call %d", call).isEmpty();
      assertThat(PoolCheck.check(left).problems()).isEmpty();
    }
    assertThat(unfinished).isPositive();
  }

  @Test
  void whatWasAnnouncedAndNeverFinishedIsErasedWhereverItLies() throws Exception {
    SimulatedDevice device = new SimulatedDevice(32L << 20);
    PoolState.format(device, new UUID(3, 4));
    assertThat(live(device)).isTrue();
    long extent = 400;
    Superblock last = PoolState.read(device, new PageCache(CACHE_BYTES)).superblock();
    Superblock announcing = last.announcing(List.of(new ExtentRun(extent - 3, 5)));
    ByteBuffer page = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    device.write(extent * PoolLayout.EXTENT_BYTES + PoolLayout.PAGE_BYTES, page.putInt(0, 77));
    announcing.encode(page);
    device.write(Superblock.offsetFor(announcing.generation()), page);
    assertThat(cleanButNotZero(device)).containsExactly(extent);

    EngineVolumeDriver.open(device, Clock.systemUTC(), CACHE_BYTES).close();

    assertThat(cleanButNotZero(device)).isEmpty();
  }

  @Test
  void runsCoverAllTheirExtentsAndAreNoMoreThanFit() {
    TreeSet<Long> extents = new TreeSet<>();
    for (long extent = 0; extent < 3000; extent++) {
      extents.add(extent * 7 + extent % 3);
    }

    List<ExtentRun> runs = ExtentRun.covering(extents, Superblock.MAX_TAKING);

    assertThat(runs).hasSizeLessThanOrEqualTo(Superblock.MAX_TAKING);
    assertThat(extents)
        .allMatch(e -> runs.stream().anyMatch(run -> run.first() <= e && e < run.end()));
    assertThat(ExtentRun.covering(new TreeSet<>(List.of(4L, 5L, 9L)), 2))
        .containsExactly(new ExtentRun(4, 2), new ExtentRun(9, 1));
  }

  /** Opens the pool, changes it and closes it; whether it came so far. */
  private static boolean live(SimulatedDevice device) {
    try {
      EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), CACHE_BYTES);
      try {
        for (int i = 0; i < 3; i++) {
          driver.create(new VolumeName("volume-" + i), 1 << 20);
        }
        driver.close();
        return true;
      } catch (VolumeException e) {
        driver.abandon();
        throw e;
      }
    } catch (VolumeException died) {
      assertThat(device.isDead()).isTrue();
      return false;
    }
  }

  private static List<Long> cleanButNotZero(SimulatedDevice device) throws Exception {
    SpaceMap space = PoolState.read(device, new PageCache(CACHE_BYTES)).metadata().space;
    ByteBuffer extent = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);
    ByteBuffer zeroes = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);
    List<Long> found = new java.util.ArrayList<>();
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
}
