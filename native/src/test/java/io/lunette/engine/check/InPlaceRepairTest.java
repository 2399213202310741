/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.OnDisk.LAYERS;
import static io.lunette.engine.check.OnDisk.MAP;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a repair does where something is lost for good, and something else has a sound second. */
class InPlaceRepairTest {

  @TempDir Path directory;

  private PoolAtRest pool;
  private PoolDump before;
  private PoolAtRest.Page lost;

  @BeforeEach
  void losePartOfAMap() throws Exception {
    pool = PoolAtRest.create(directory.resolve("pool"));
    pool.work();
    // An opening more, and both superblocks have the page.
    Map<String, byte[]> ignored = pool.contents();
    before = PoolDump.read(pool.file(), true);
    lost = pool.newestLeaf(MAP, layerOf("clone"));
    pool.flipBoth(lost, 70);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, PoolLayout.EXTENT_BYTES})
  void aSuperblockIsWrittenAnewFromTheOther(long superblock) throws Exception {
    pool.flip(superblock + 100);

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed())
        .singleElement()
        .asString()
        .contains("at byte " + superblock + ": ", "written anew from the other one");
    assertOnlyTheMapIsLost(outcome);
    // The one that was sound all along is not needed any more.
    pool.flip(PoolLayout.EXTENT_BYTES - superblock + 100);
    assertThat(PoolDump.read(pool.file(), false).volumes()).isEqualTo(before.volumes());
  }

  @Test
  void aPageIsWrittenAnewFromItsCopy() throws Exception {
    PoolAtRest.Page page = pool.newestLeaf(LAYERS, 0);
    pool.flip(page.offset() + 70);

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed())
        .singleElement()
        .asString()
        .startsWith("page " + page.number() + " of LAYERS")
        .endsWith("written anew from its copy");
    assertOnlyTheMapIsLost(outcome);
  }

  @Test
  void whatIsLostIsLeftAsItIs() throws Exception {
    pool.flip(100);
    byte[] page = read(lost.offset());
    byte[] copy = read(lost.copyOffset());

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).isNotEmpty();
    assertThat(read(lost.offset())).isEqualTo(page);
    assertThat(read(lost.copyOffset())).isEqualTo(copy);
  }

  @Test
  void anExtentThatAVolumeOwnsTooIsNotWrittenTo() throws Exception {
    PoolAtRest.Page page = pool.newestLeaf(LAYERS, 0);
    long extent = page.number() / PoolLayout.PAGES_PER_EXTENT;
    pool.rewriteMapWord(layerOf("image"), 500, MapEntry.of(extent, 1));
    pool.flip(page.offset() + 70);

    assertNothingIsWritten();
  }

  @Test
  void aSuperblockThatMayHaveLedPastADamagedJournalIsLeftAsItIs() throws Exception {
    pool = new PoolAtRest(pool.leftOpen(directory.resolve("left")));
    PoolDump.JournalView journal = PoolDump.read(pool.file(), false).journal();
    pool.flip(PoolAtRest.JOURNAL + journal.fromPosition() % PoolAtRest.JOURNAL_BYTES + 70);
    long older = PoolDump.read(pool.file(), false).superblocks().get(1).generation();
    pool.flip(Superblock.offsetFor(older) + 100);

    assertNothingIsWritten();
  }

  @Test
  void aTruncatedPoolIsLeftAsItIs() throws Exception {
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "rw")) {
      open.setLength(200 << 20);
    }
    pool.flip(100);

    assertNothingIsWritten();
  }

  private void assertOnlyTheMapIsLost(PoolRepair.Outcome outcome) throws Exception {
    assertThat(outcome.report().problems())
        .isEqualTo(PoolCheck.check(pool.file()).problems())
        .allMatch(
            problem ->
                problem.place().startsWith("page " + lost.number() + " of MAP")
                    || problem.place().equals("space"));
    assertThat(outcome.report().isClean()).isFalse();
  }

  private void assertNothingIsWritten() throws Exception {
    PoolAtRest damaged = pool.copyTo(directory.resolve("damaged"));

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).isEmpty();
    assertThat(outcome.report().isClean()).isFalse();
    assertThat(Files.mismatch(pool.file(), damaged.file())).isEqualTo(-1);
  }

  private long layerOf(String volume) {
    return before.volumes().stream()
        .filter(view -> view.name().equals(volume))
        .findFirst()
        .orElseThrow()
        .layer();
  }

  private byte[] read(long offset) throws Exception {
    byte[] page = new byte[PoolLayout.PAGE_BYTES];
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "r")) {
      open.seek(offset);
      open.readFully(page);
    }
    return page;
  }
}
