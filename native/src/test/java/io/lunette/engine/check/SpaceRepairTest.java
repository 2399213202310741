/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.OnDisk.LAYERS;
import static io.lunette.engine.check.OnDisk.METADATA;
import static io.lunette.engine.check.OnDisk.SPACE;
import static io.lunette.engine.check.RepairAssert.assertClean;
import static io.lunette.engine.check.RepairAssert.assertSame;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.engine.format.PoolLayout;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Breaks what is known of who has an extent, and sees what a repair makes of it. */
class SpaceRepairTest {

  @TempDir Path directory;

  private PoolAtRest pool;

  @BeforeEach
  void workOnAPool() throws Exception {
    pool = PoolAtRest.create(directory.resolve("pool"));
    pool.work();
  }

  @Test
  void leakedExtentsBecomeDirtyAndTheNextOpeningScrubsThem() throws Exception {
    PoolAtRest.Page space = pool.newestLeaf(SPACE, 0);
    int word = 40;
    assertThat(pool.word(space, word)).isZero();
    pool.rewriteWord(space, word, 0b1010);
    long extent = word * 64L + 3;
    put(extent, "what a tenant wrote");

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed())
        .anyMatch(line -> line.startsWith("extent " + extent + " ") && line.contains("made dirty"));
    assertClean(pool, outcome);
    assertThat(outcome.report().usage().dirty()).isGreaterThanOrEqualTo(2);
    assertThat(pool.contents().keySet()).isNotEmpty();
    assertThat(read(extent, 19)).isEqualTo(new byte[19]);
    assertThat(PoolCheck.check(pool.file()).isClean()).isTrue();
  }

  @Test
  void anOwnedExtentThatIsMarkedCleanIsMarkedInUse() throws Exception {
    Map<String, byte[]> contents = pool.copyTo(directory.resolve("copy")).contents();
    long owned = pool.layer(pool.volume("clone").layer()).map().get(3).extent();
    PoolAtRest.Page space = pool.newestLeaf(SPACE, 0);
    int word = (int) (owned / 64);
    pool.rewriteWord(space, word, pool.word(space, word) & ~(1L << owned));

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).anyMatch(line -> line.startsWith("extent " + owned + " "));
    assertClean(pool, outcome);
    assertSame(pool, contents);
  }

  @Test
  void aMissingSpaceMapIsMadeOfTheMapsAndReservationsNobodyUsesAreDirty() throws Exception {
    PoolAtRest left = new PoolAtRest(pool.leftOpen(directory.resolve("left")));
    pool = left;
    PoolReport before = PoolCheck.check(pool.file());
    assertThat(before.usage().reserved()).isPositive();
    pool.flipBoth(pool.newestLeaf(SPACE, 0), 70);

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertClean(pool, outcome);
    assertThat(outcome.report().usage().mapped()).isEqualTo(before.usage().mapped());
    assertThat(pool.contents().keySet()).contains("image", "clone", "snapshot", "late-4");
  }

  /** The words of SPACE that say that all is in use have the repair take extents for its pages. */
  @Test
  void aRepairThatIsCutShortForgetsNoExtentWithPagesThoughTheirListHasAGap() throws Exception {
    Map<String, byte[]> contents = pool.copyTo(directory.resolve("copy")).contents();
    PoolAtRest.Page list = pool.newestLeaf(METADATA, 0);
    long needed = pool.newestLeaf(LAYERS, 0).number() / PoolLayout.PAGES_PER_EXTENT;
    int end = 0;
    int gap = -1;
    for (long extent = pool.word(list, 0); extent != 0; extent = pool.word(list, ++end)) {
      gap = extent == needed ? end : gap;
    }
    pool.rewriteWord(list, end, needed);
    pool.rewriteWord(list, gap, 0);
    PoolAtRest.Page space = pool.newestLeaf(SPACE, 0);
    for (int word = 1; word < 64; word++) {
      pool.rewriteWord(space, word, -1);
    }
    PoolAtRest whole = pool.copyTo(directory.resolve("whole"));

    int writes = 0;
    while (DyingDevice.cutsShort(pool.file(), writes)) {
      assertClean(pool, PoolRepair.repair(pool.file()));
      writes++;
      pool = whole.copyTo(pool.file());
    }

    assertThat(writes).isGreaterThan(20);
    assertSame(pool, contents);
  }

  private void put(long extent, String text) throws Exception {
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "rw")) {
      open.seek(extent * PoolLayout.EXTENT_BYTES);
      open.write(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private byte[] read(long extent, int length) throws Exception {
    byte[] bytes = new byte[length];
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "r")) {
      open.seek(extent * PoolLayout.EXTENT_BYTES);
      open.readFully(bytes);
    }
    return bytes;
  }
}
