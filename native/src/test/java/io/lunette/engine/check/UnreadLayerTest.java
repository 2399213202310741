/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.OnDisk.VOLUMES;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.PoolLayout;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that hold what a tenant wrote, and that no volume reads any more. */
class UnreadLayerTest {

  private static final VolumeName CLONE = new VolumeName("clone");

  @TempDir Path directory;

  private PoolAtRest pool;
  private PoolDump before;

  @BeforeEach
  void workOnAPool() throws Exception {
    pool = PoolAtRest.create(directory.resolve("pool"));
    pool.work();
    before = PoolDump.read(pool.file(), true);
  }

  @Test
  void aRepairReleasesThemAndTheNextOpeningScrubsThemAndNothingElse() throws Exception {
    PoolDump.LayerView top = layerOf("clone");
    PoolDump.LayerView below = layerOf("snapshot");
    assertThat(List.of(top.map(), below.map())).noneMatch(List::isEmpty);
    assertThat(pool.blocksOf(CLONE)).isPositive();
    Map<String, byte[]> contents = pool.copyTo(directory.resolve("copy")).contents();
    pool.forgetVolume(top.volume());
    pool.forgetVolume(volume("snapshot").id());

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed())
        .containsExactlyInAnyOrder(
            released("layer " + top.id() + ": is WRITABLE"),
            released("layer " + below.id() + ": is FROZEN"));
    assertThat(outcome.report().problems()).isEmpty();
    assertThat(PoolDump.read(pool.file(), false).layers())
        .filteredOn(layer -> layer.id() == top.id() || layer.id() == below.id())
        .allMatch(layer -> layer.state().equals("RELEASED"));
    Map<String, byte[]> kept = contentsOnceClean();
    assertThat(kept.keySet()).containsExactlyInAnyOrder("image", "erased");
    kept.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(contents.get(name)));
    for (PoolDump.LayerView layer : List.of(top, below)) {
      for (PoolDump.ExtentView extent : layer.map()) {
        assertThat(read(extent.extent())).isEqualTo(new byte[PoolLayout.EXTENT_BYTES]);
      }
    }
    assertThat(pool.blocksOf(CLONE)).isZero();
    assertThat(PoolCheck.check(pool.file()).problems()).isEmpty();
  }

  /** A write that a crash cut off, to an extent that was there, before its map was set. */
  @Test
  void afterACrashBlocksThatTheirMapsDoNotNameAreScrubbedToo() throws Exception {
    PoolDump.LayerView top = layerOf("clone");
    pool = new PoolAtRest(pool.leftOpen(directory.resolve("left")));
    for (PoolDump.ExtentView extent : top.map()) {
      if (extent.extent() != 0) {
        pool.flip(extent.extent() * PoolLayout.EXTENT_BYTES + 5L * PoolLayout.BLOCK_BYTES);
      }
    }
    pool.forgetVolume(top.volume());

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).contains(released("layer " + top.id() + ": is WRITABLE"));
    Map<String, byte[]> ignored = contentsOnceClean();
    for (PoolDump.ExtentView extent : top.map()) {
      assertThat(Arrays.equals(read(extent.extent()), new byte[PoolLayout.EXTENT_BYTES]))
          .as("zeroes in %s", extent)
          .isTrue();
    }
  }

  @Test
  void theyStayWhereTheVolumesThemselvesAreLost() throws Exception {
    pool.flipBoth(pool.newestLeaf(VOLUMES, 0), 70);
    PoolAtRest damaged = pool.copyTo(directory.resolve("damaged"));

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).isEmpty();
    assertThat(outcome.report().problems())
        .filteredOn(problem -> problem.what().endsWith("no volume reads it"))
        .isNotEmpty()
        .noneMatch(PoolProblem::isRepairable);
    assertThat(Files.mismatch(pool.file(), damaged.file())).isEqualTo(-1);
  }

  private static String released(String layer) {
    return layer + ", and no volume reads it: released, for the next opening to scrub";
  }

  private Map<String, byte[]> contentsOnceClean() throws Exception {
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool.file(), Clock.systemUTC())) {
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
      while (driver.space().dirtyBytes() > 0 && System.nanoTime() < deadline) {
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(driver.space().dirtyBytes()).isZero();
    }
    return pool.contents();
  }

  private PoolDump.VolumeView volume(String name) {
    return before.volumes().stream()
        .filter(volume -> volume.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private PoolDump.LayerView layerOf(String name) {
    long id = volume(name).layer();
    return before.layers().stream().filter(layer -> layer.id() == id).findFirst().orElseThrow();
  }

  private byte[] read(long extent) throws Exception {
    byte[] bytes = new byte[PoolLayout.EXTENT_BYTES];
    if (extent != 0) {
      try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "r")) {
        open.seek(extent * PoolLayout.EXTENT_BYTES);
        open.readFully(bytes);
      }
    }
    return bytes;
  }
}
