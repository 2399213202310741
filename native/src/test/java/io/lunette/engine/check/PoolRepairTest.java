/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.OnDisk.DROPPED;
import static io.lunette.engine.check.OnDisk.GLOBALS;
import static io.lunette.engine.check.OnDisk.LAYERS;
import static io.lunette.engine.check.OnDisk.MAP;
import static io.lunette.engine.check.OnDisk.METADATA;
import static io.lunette.engine.check.OnDisk.RESERVED;
import static io.lunette.engine.check.OnDisk.SPACE;
import static io.lunette.engine.check.OnDisk.VOLUMES;
import static io.lunette.engine.check.RepairAssert.assertClean;
import static io.lunette.engine.check.RepairAssert.assertRefused;
import static io.lunette.engine.check.RepairAssert.assertSame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Breaks each structure of a pool, and sees what a repair makes of it. */
class PoolRepairTest {

  /** Trees that the maps, and the other trees, tell the content of. */
  private static final Set<Integer> TOLD_BY_OTHERS =
      Set.of(SPACE, RESERVED, METADATA, GLOBALS, DROPPED);

  @TempDir Path directory;

  private PoolAtRest pool;

  @BeforeEach
  void workOnAPool() throws Exception {
    pool = PoolAtRest.create(directory.resolve("pool"));
    pool.work();
  }

  @Test
  void aCleanPoolStaysAsItIs() throws Exception {
    String before = pool.digest();

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).isEmpty();
    assertThat(outcome.report().isClean()).isTrue();
    assertThat(pool.digest()).isEqualTo(before);
  }

  @Test
  void aPoolInUseIsRefused() throws Exception {
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool.file(), Clock.systemUTC())) {
      assertThat(driver.list()).isNotEmpty();
      assertThatThrownBy(() -> PoolRepair.repair(pool.file()))
          .isInstanceOfSatisfying(
              VolumeException.class,
              e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.BUSY));
    }
  }

  @Test
  void eitherSuperblockIsWrittenAnewFromTheOther() throws Exception {
    Map<String, byte[]> contents = pool.copyTo(directory.resolve("copy")).contents();
    for (long offset : new long[] {0, PoolLayout.EXTENT_BYTES}) {
      for (int at : new int[] {0, 9, 13, 40, 56, 64, 96, 120, 130, 4095}) {
        pool.flipBit(offset + at, at % Byte.SIZE);

        PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

        assertThat(outcome.fixed())
            .anyMatch(line -> line.startsWith("superblock") && line.contains("at byte " + offset));
        assertClean(pool, outcome);
      }
    }
    assertSame(pool, contents);
  }

  @Test
  void everyPageIsWrittenAnewFromItsCopyAndEveryCopyFromItsPage() throws Exception {
    Map<String, byte[]> contents = pool.copyTo(directory.resolve("copy")).contents();
    Path whole = directory.resolve("whole");
    Files.copy(pool.file(), whole);
    Set<Integer> met = new TreeSet<>();
    for (PoolAtRest.Page page : pool.pages()) {
      for (long place : new long[] {page.offset(), page.copyOffset()}) {
        Files.copy(whole, pool.file(), StandardCopyOption.REPLACE_EXISTING);
        pool.flipBit(place + 70, 3);
        if (PoolCheck.check(pool.file()).isClean()) {
          continue;
        }
        met.add(page.kind());

        PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

        assertThat(outcome.fixed())
            .singleElement()
            .asString()
            .contains("page " + page.number() + " of ", " at byte " + place, "written anew from");
        assertClean(pool, outcome);
        assertSame(pool, contents);
      }
    }
    assertThat(met).contains(VOLUMES, LAYERS, SPACE, METADATA, GLOBALS, MAP);
  }

  @Test
  void aPageWhoseLastWriteWasLostIsWrittenAnewFromItsLaterCopy() throws Exception {
    PoolAtRest.Page page = pool.newestLeaf(LAYERS, 0);
    Map<String, byte[]> contents = pool.copyTo(directory.resolve("copy")).contents();
    pool.rewriteGeneration(page.offset(), page.generation() - 1);
    pool.rewriteWordAt(page.offset(), 30, 77);

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).singleElement().asString().contains("is older than its copy");
    assertClean(pool, outcome);
    assertSame(pool, contents);
  }

  @Test
  void everyPageThatIsLostWithItsCopyIsWrittenAnewWhereOtherTreesTellItAndElseNamedWithWhatIsLost()
      throws Exception {
    Map<String, byte[]> contents = pool.copyTo(directory.resolve("copy")).contents();
    Path whole = directory.resolve("whole");
    Files.copy(pool.file(), whole);
    Set<Integer> met = new TreeSet<>();
    for (PoolAtRest.Page page : pool.pages()) {
      Files.copy(whole, pool.file(), StandardCopyOption.REPLACE_EXISTING);
      pool.flipBoth(page, 70);
      if (PoolCheck.check(pool.file()).isClean()) {
        continue;
      }
      met.add(page.kind());
      if (TOLD_BY_OTHERS.contains(page.kind())) {
        PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());
        assertThat(outcome.fixed())
            .anyMatch(line -> line.startsWith("page " + page.number() + " of "));
        assertClean(pool, outcome);
        assertSame(pool, contents);
        assertThat(PoolCheck.check(pool.file()).problems()).isEmpty();
      } else {
        PoolReport report = assertRefused(pool);
        assertThat(report.problems())
            .filteredOn(problem -> problem.place().startsWith("page " + page.number() + " of "))
            .singleElement()
            .satisfies(
                problem -> {
                  assertThat(problem.isRepairable()).isFalse();
                  if (page.kind() == MAP) {
                    assertThat(problem.what()).containsAnyOf(" of volume ", "no volume reads it");
                  }
                });
      }
    }
    assertThat(met).contains(VOLUMES, LAYERS, SPACE, METADATA, GLOBALS, MAP);
  }

  @Test
  void theCountersOfALayerAreCountedAnew() throws Exception {
    PoolAtRest.Page slots = pool.newestLeaf(LAYERS, 0);
    long layer = pool.volume("clone").layer();
    int counter = (int) LayerSlot.index(layer) + LayerSlot.OWNED_EXTENTS;
    long owned = pool.word(slots, counter);
    pool.rewriteWord(slots, counter, owned + 5);

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).anyMatch(line -> line.startsWith("layer " + layer + ": "));
    assertClean(pool, outcome);
    assertThat(pool.word(pool.newestLeaf(LAYERS, 0), counter)).isEqualTo(owned);
  }

  @Test
  void aTornEndOfTheJournalIsDropped() throws Exception {
    pool = new PoolAtRest(pool.leftOpen(directory.resolve("left")));
    PoolDump.JournalView journal = PoolDump.read(pool.file(), false).journal();
    pool.flip(
        PoolAtRest.JOURNAL
            + (journal.toPosition() - PoolLayout.PAGE_BYTES) % PoolAtRest.JOURNAL_BYTES
            + 70);

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).singleElement().asString().startsWith("journal: ");
    assertClean(pool, outcome);
    assertThat(outcome.report().notes()).noneMatch(note -> note.contains("not whole"));
    assertThat(pool.contents().keySet()).contains("image", "late-0", "late-3");
  }

  @Test
  void aBitFlippedInAnExtentOfDataIsNotForTheCheckToFind() throws Exception {
    long owned = pool.layer(pool.volume("clone").layer()).map().get(3).extent();
    pool.flip(owned * PoolLayout.EXTENT_BYTES);

    assertThat(PoolCheck.check(pool.file()).isClean()).isTrue();
  }
}
