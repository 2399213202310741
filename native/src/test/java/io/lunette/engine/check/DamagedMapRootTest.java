/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.OnDisk.MAP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.PoolLayout;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A volume of which the root of a tree is damaged, and its copy too: it is out of use, and what
 * hangs on the root cannot be told. All others go on.
 */
class DamagedMapRootTest {

  private static final VolumeName CLONE = new VolumeName("clone");
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName OTHER = new VolumeName("other");

  @TempDir Path directory;

  private PoolAtRest pool;
  private PoolAtRest.Page root;
  private PoolDump.LayerView layer;
  private Map<String, byte[]> contents;

  @BeforeEach
  void damageTheRoot() throws Exception {
    pool = PoolAtRest.create(directory.resolve("pool"));
    pool.work();
    contents = pool.contents();
    long id = pool.volume(CLONE.value()).layer();
    layer = pool.layer(id);
    root =
        pool.pages().stream()
            .filter(page -> page.kind() == MAP && page.layer() == id && page.level() == 1)
            .max((a, b) -> Long.compare(a.generation(), b.generation()))
            .orElseThrow();
    pool.flipBoth(root, 70);
  }

  @Test
  void theOthersAreReadAndWrittenAcrossOpeningsAndNothingOfItIsLost() throws Exception {
    for (int opening = 1; opening <= 5; opening++) {
      try (EngineVolumeDriver driver = open()) {
        for (String name : contents.keySet()) {
          if (!name.equals(CLONE.value())) {
            assertThat(read(driver, new VolumeName(name), contents.get(name).length))
                .as("%s, opening %d", name, opening)
                .isEqualTo(contents.get(name));
          }
        }
        assertThat(driver.create(OTHER, 64 << 20).name()).isEqualTo(OTHER);
        if (opening > 1) {
          assertThat(read(driver, OTHER, 4)).isEqualTo(new byte[] {0, 0, 0, (byte) (opening - 1)});
        }
        write(driver, OTHER, opening);
        VolumeName more = new VolumeName("more-" + opening);
        driver.clone(IMAGE, List.of(more));
        PoolAtRest.fill(driver, more, 20);
      }
      assertThat(PoolCheck.check(pool.file()).problems())
          .filteredOn(problem -> problem.place().startsWith("page " + root.number() + " of MAP"))
          .singleElement()
          .satisfies(problem -> assertThat(problem.what()).endsWith(" of volume clone"));
    }

    pool.flipBoth(root, 70);

    assertThat(PoolCheck.check(pool.file()).problems()).isEmpty();
    assertThat(pool.contents().get(CLONE.value())).isEqualTo(contents.get(CLONE.value()));
  }

  @Test
  void whateverIsAskedOfItIsRefusedByItsName() throws Exception {
    try (EngineVolumeDriver driver = open()) {
      assertThat(driver.metadataTrouble().orElseThrow())
          .startsWith("clone cannot be used: page " + root.number() + " of ")
          .contains("'lunette pool check --repair'");
      VolumeName next = new VolumeName("next");
      Stream.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
              () -> driver.open(CLONE, AccessMode.READ_ONLY),
              () -> driver.snapshot(CLONE, next),
              () -> driver.seal(CLONE),
              () -> driver.resize(CLONE, 128 << 20),
              () -> driver.rollback(CLONE, new VolumeName("snapshot")),
              () -> driver.erase(CLONE, EraseRequest.zeroFillVerified()))
          .forEach(
              asked ->
                  assertThatThrownBy(asked)
                      .isInstanceOf(VolumeException.class)
                      .hasMessageStartingWith(
                          "volume clone cannot be used: page " + root.number() + " of "));
    }
  }

  @Test
  void onceItIsDeletedARepairGivesItsSpaceBackScrubbed() throws Exception {
    try (EngineVolumeDriver driver = open()) {
      driver.delete(CLONE);
      assertThat(driver.metadataTrouble().orElseThrow())
          .startsWith("what a deleted volume wrote cannot be scrubbed: page " + root.number());
    }
    assertThat(PoolCheck.check(pool.file()).problems())
        .isNotEmpty()
        .allMatch(PoolProblem::isRepairable);

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.report().problems()).isEmpty();
    assertGoneAndScrubbed();
  }

  /** A replay needs the page: such a pool opens only without the volume. */
  @Test
  void whereTheJournalChangesItARepairGivesItUp() throws Exception {
    pool.flipBoth(root, 70);
    PoolAtRest left = new PoolAtRest(directory.resolve("left"));
    try (EngineVolumeDriver driver = open()) {
      write(driver, CLONE, 77);
      Files.copy(pool.file(), left.file());
    }
    pool = left;
    pool.flipBoth(root, 70);
    assertThatThrownBy(() -> open().close())
        .hasMessageContaining("page " + root.number() + " of MAP");
    assertThat(PoolRepair.repair(pool.file()).report().problems()).isNotEmpty();

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file(), false, Set.of(CLONE.value()));

    assertThat(outcome.fixed())
        .contains("volume clone: given up")
        .anyMatch(line -> line.startsWith("page " + root.number() + " of MAP"));
    assertThat(outcome.report().problems()).isEmpty();
    assertGoneAndScrubbed();
  }

  @Test
  void nothingIsGivenUpWhereThatDoesNotMendAll() throws Exception {
    assertThatThrownBy(() -> PoolRepair.repair(pool.file(), false, Set.of("nobody")))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("no volume 'nobody'");

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file(), false, Set.of("erased"));

    assertThat(outcome.fixed()).isEmpty();
    pool.flipBoth(root, 70);
    assertThat(pool.contents()).containsOnlyKeys(contents.keySet());
  }

  private void assertGoneAndScrubbed() throws Exception {
    try (EngineVolumeDriver driver = open()) {
      assertThat(driver.metadataTrouble()).isEmpty();
      while (driver.space().dirtyBytes() > 0) {
        LockSupport.parkNanos(1_000_000);
      }
    }
    for (PoolDump.ExtentView extent : layer.map()) {
      assertThat(isZero(extent.extent())).as("zeroes in %s", extent).isTrue();
    }
    contents.remove(CLONE.value());
    Map<String, byte[]> kept = pool.contents();
    assertThat(kept).containsOnlyKeys(contents.keySet());
    contents.forEach((name, bytes) -> assertThat(kept.get(name)).as(name).isEqualTo(bytes));
    assertThat(PoolCheck.check(pool.file()).problems()).isEmpty();
  }

  private EngineVolumeDriver open() throws Exception {
    return EngineVolumeDriver.open(pool.file(), Clock.systemUTC());
  }

  private static byte[] read(EngineVolumeDriver driver, VolumeName name, int length)
      throws Exception {
    ByteBuffer bytes = ByteBuffer.allocateDirect(Math.max(length, PoolLayout.BLOCK_BYTES));
    try (BlockDevice device = driver.open(name, AccessMode.READ_ONLY)) {
      BlockingIo.read(device, 0, bytes);
    }
    byte[] read = new byte[length];
    bytes.get(0, read);
    return read;
  }

  private static void write(EngineVolumeDriver driver, VolumeName name, int number)
      throws Exception {
    try (BlockDevice device = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES).putInt(0, number);
      BlockingIo.write(device, 0, block, Durability.DURABLE);
    }
  }

  private boolean isZero(long extent) throws Exception {
    byte[] bytes = new byte[PoolLayout.EXTENT_BYTES];
    if (extent != 0) {
      try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "r")) {
        open.seek(extent * PoolLayout.EXTENT_BYTES);
        open.readFully(bytes);
      }
    }
    for (byte one : bytes) {
      if (one != 0) {
        return false;
      }
    }
    return true;
  }
}
