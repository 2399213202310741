/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.OnDisk.LAYERS;
import static io.lunette.engine.check.OnDisk.MAP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A layer that the last checkpoint has and the journal scrubbed and removed: an opening after a
 * crash replays both, and so reads its pages still.
 */
class RemovedLayerTest {

  private static final VolumeName GONE = new VolumeName("gone");

  @TempDir Path directory;

  private PoolAtRest pool;
  private PoolAtRest.Page page;
  private Map<String, byte[]> contents;

  @BeforeEach
  void scrubALayerAndCrash() throws Exception {
    PoolAtRest worked = PoolAtRest.create(directory.resolve("worked"));
    worked.work();
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(worked.file(), Clock.systemUTC())) {
      driver.create(GONE, 64 << 20);
      PoolAtRest.fill(driver, GONE, 40);
    }
    long layer = worked.volume(GONE.value()).layer();
    page = worked.newestLeaf(MAP, layer);
    Path left = directory.resolve("left");
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(worked.file(), Clock.systemUTC())) {
      driver
          .erase(GONE, EraseRequest.zeroFillVerified())
          .result()
          .toCompletableFuture()
          .get(1, TimeUnit.MINUTES);
      assertThat(worked.blocksOf(GONE)).isZero();
      driver.create(new VolumeName("late"), 8 << 20);
      Files.copy(worked.file(), left);
    }
    pool = new PoolAtRest(left);
    PoolDump dump = PoolDump.read(left, false);
    assertThat(dump.journal().commits()).isPositive();
    assertThat(dump.layers()).noneMatch(found -> found.id() == layer);
    assertThat(PoolCheck.check(left).problems()).isEmpty();
    contents = copyOf(pool).contents();
  }

  @Test
  void aRepairThatIsCutShortLeavesAPoolThatOpensOrIsMendedByAnother() throws Exception {
    PoolAtRest.Page damaged = pool.newestLeaf(LAYERS, 0);
    pool.flip(damaged.copyOffset() + 70);
    int writes = 0;

    PoolAtRest repaired = copyOf(pool);
    while (DyingDevice.cutsShort(repaired.file(), writes)) {
      assertOpens(repaired);
      writes++;
      repaired = copyOf(pool);
    }

    assertThat(writes).isGreaterThan(5);
    assertSame(repaired.contents());
  }

  @Test
  void itsPageThatIsDamagedWithItsCopyIsNamedAndDropped() throws Exception {
    pool.flipBoth(page, 70);
    PoolAtRest copy = copyOf(pool);
    assertThatThrownBy(copy::contents)
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("page " + page.number() + " of ");

    assertThat(PoolCheck.check(pool.file()).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.place()).startsWith("page " + page.number() + " of MAP");
              assertThat(problem.repair()).isEqualTo("dropped with the journal by a checkpoint");
            });
    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.report().problems()).isEmpty();
    assertSame(pool.contents());
  }

  /** After another repair, if need be. */
  private void assertOpens(PoolAtRest repaired) throws Exception {
    try {
      assertSame(repaired.copyTo(directory.resolve("unrepaired")).contents());
    } catch (VolumeException refused) {
      assertThat(PoolRepair.repair(repaired.file()).report().problems()).isEmpty();
      assertSame(repaired.contents());
    }
  }

  private void assertSame(Map<String, byte[]> found) {
    assertThat(found).containsOnlyKeys(contents.keySet());
    contents.forEach((name, bytes) -> assertThat(found.get(name)).as(name).isEqualTo(bytes));
  }

  private PoolAtRest copyOf(PoolAtRest original) throws Exception {
    return original.copyTo(directory.resolve("copy"));
  }
}
