/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.CapturedLog;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.journal.JournalReader;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the engine says to a pool with a bit flipped in each of its structures, field by field: the
 * damage is named and never followed, and made up for where there is a second of it.
 */
class DamagedOpeningTest {

  private static final int PAGE = PoolLayout.PAGE_BYTES;

  /** Magic, checksum, key, first index, generation, number, level, first and last word. */
  private static final int[] PAGE_FIELDS = {0, 4, 8, 16, 24, 32, 40, 64, PAGE - 1};

  /** Magic, checksum, pool, sequence, position, payload bytes, flags, group, reserved, record. */
  private static final int[] FRAME_FIELDS = {0, 4, 8, 23, 24, 32, 40, 44, 48, 56, 64, 90};

  @TempDir Path directory;

  private PoolAtRest pool;
  private Map<String, byte[]> contents;

  @BeforeEach
  void createPool() throws Exception {
    pool = PoolAtRest.create(directory.resolve("pool"));
    pool.work();
    contents = pool.contents();
  }

  @Test
  void aPageThatIsDamagedIsReadFromItsCopy() throws Exception {
    for (int field : PAGE_FIELDS) {
      PoolAtRest damaged = copyOf(pool);
      for (PoolAtRest.Page page : pool.pages()) {
        damaged.flip(page.offset() + field);
      }

      assertSame(damaged.contents(), "field at " + field);
    }
  }

  @Test
  void aCopyThatIsDamagedHarmsNobody() throws Exception {
    PoolAtRest damaged = copyOf(pool);
    for (PoolAtRest.Page page : pool.pages()) {
      damaged.flip(page.copyOffset() + 70);
    }

    assertSame(damaged.contents(), "damaged copies");
  }

  @Test
  void aPageWhoseLastWriteWasLostIsReadFromItsCopy() throws Exception {
    for (PoolAtRest.Page page : pool.pages()) {
      PoolAtRest stale = copyOf(pool);
      stale.loseLastWrite(page.offset(), page.generation());

      assertSame(stale.contents(), page.toString());
    }
  }

  @Test
  void aCopyWhoseLastWriteWasLostHarmsNobody() throws Exception {
    PoolAtRest stale = copyOf(pool);
    for (PoolAtRest.Page page : pool.pages()) {
      stale.loseLastWrite(page.copyOffset(), page.generation());
    }

    assertSame(stale.contents(), "stale copies");
  }

  @Test
  void aPageAndACopyOfOneCheckpointThatDifferAreNamed() throws Exception {
    PoolAtRest.Page page = pool.newestLeaf(2, 0);
    PoolAtRest torn = copyOf(pool);
    torn.rewriteWordAt(page.copyOffset(), 30, 77);

    assertThat(refusal(torn)).hasMessageContaining("page " + page.number() + " of ");
  }

  @Test
  void aPageOfALaterGenerationThanTheSuperblockIsNamed() throws Exception {
    PoolAtRest.Page page = pool.newestLeaf(2, 0);
    PoolAtRest later = copyOf(pool);
    later.rewriteGeneration(page.offset(), page.generation() + 1000);
    later.rewriteGeneration(page.copyOffset(), page.generation() + 1000);

    assertThat(refusal(later)).hasMessageContaining("page " + page.number() + " of ");
  }

  /** VOLUMES, LAYERS, SPACE and METADATA: each is read by an opening. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void anOpeningNamesThePageOfATreeThatIsDamagedWithItsCopy(int kind) throws Exception {
    PoolAtRest.Page page = pool.newestLeaf(kind, 0);
    for (int field : PAGE_FIELDS) {
      PoolAtRest damaged = damagedTwice(page, field);

      assertThat(refusal(damaged))
          .as("field at %d", field)
          .hasMessageContaining("page " + page.number() + " of ")
          .hasMessageContaining("fails its checksum");
    }
  }

  /** GLOBALS, from which the next layer and the next volume have their numbers. */
  @Test
  void aChangeNamesThePageThatItNeedsAndThatIsDamagedWithItsCopy() throws Exception {
    PoolAtRest.Page page = pool.newestLeaf(6, 0);
    PoolAtRest damaged = damagedTwice(page, 64);
    EngineVolumeDriver driver = EngineVolumeDriver.open(damaged.file(), Clock.systemUTC());

    VolumeException refused =
        catchThrowableOfType(
            VolumeException.class, () -> driver.create(new VolumeName("late"), PAGE));

    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.INVALID);
    assertThat(refused).hasMessageContaining("page " + page.number() + " of ");
    assertThat(driver.list()).hasSize(contents.size());
    VolumeException closed = catchThrowableOfType(VolumeException.class, driver::close);
    assertThat(closed).hasMessageContaining("a page of metadata could not be read");
  }

  @Test
  void aReadNamesThePageOfAMapThatIsDamagedWithItsCopy() throws Exception {
    for (PoolDump.LayerView layer : PoolDump.read(pool.file(), false).layers()) {
      if (layer.mappedExtents() == 0 || layer.state().equals("RELEASED")) {
        continue;
      }
      PoolAtRest.Page page = pool.newestLeaf(16, layer.id());
      for (int field : PAGE_FIELDS) {
        PoolAtRest damaged = damagedTwice(page, field);

        String found = damageFoundBy(damaged);

        assertThat(found)
            .as("layer %d, field at %d", layer.id(), field)
            .contains("page " + page.number() + " of ")
            .contains("fails its checksum");
      }
    }
  }

  @Test
  void aCommitThatIsDamagedBeforeSoundOnesIsNamedByItsPosition() throws Exception {
    PoolAtRest left = new PoolAtRest(pool.leftOpen(directory.resolve("left")));
    PoolDump.JournalView journal = PoolDump.read(left.file(), false).journal();
    assertThat(journal.commits()).isGreaterThan(2);
    long frame = PoolAtRest.JOURNAL + journal.fromPosition() % PoolAtRest.JOURNAL_BYTES;
    for (int field : FRAME_FIELDS) {
      left.flip(frame + field);

      assertThat(refusal(copyOf(left)))
          .as("field at %d", field)
          .hasMessageContaining("journal is damaged at position " + journal.fromPosition());
      left.flip(frame + field);
    }
  }

  /** Whether a crash tore it or the medium damaged it cannot be told. */
  @Test
  void theLastCommitIsDroppedWhereItIsNotWholeAndNamed() throws Exception {
    PoolAtRest left = new PoolAtRest(pool.leftOpen(directory.resolve("left")));
    PoolDump.JournalView journal = PoolDump.read(left.file(), false).journal();
    long last = journal.toPosition() - PAGE;
    left.flip(PoolAtRest.JOURNAL + last % PoolAtRest.JOURNAL_BYTES + 70);

    try (CapturedLog log = new CapturedLog(JournalReader.class)) {
      assertThat(left.contents()).containsKeys("late-0", "late-3");

      assertThat(log.lines(Level.INFO))
          .singleElement()
          .asString()
          .contains("is not whole, and dropped");
    }
  }

  @Test
  void eitherSuperblockIsEnoughWhateverFieldOfTheOtherIsDamaged() throws Exception {
    for (long superblock : new long[] {0, PoolLayout.EXTENT_BYTES}) {
      for (int field : new int[] {0, 12, 56, 96, 128, 4000}) {
        PoolAtRest damaged = damaged(superblock + field);

        Map<String, byte[]> found = damaged.contents();

        assertSame(found, "superblock at " + superblock + ", field at " + field);
        assertThat(PoolCheck.check(damaged.file()).problems()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {65_535 + 4096, 3 << 20, 100 << 20, (256 << 20) - 65_536})
  void aTruncatedPoolIsRefusedAndLeftAsItWas(long size) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(pool.file().toFile(), "rw")) {
      file.setLength(size);
    }
    PoolAtRest before = copyOf(pool);

    assertThat(refusal(pool)).hasMessageContaining("truncated");

    assertThat(Files.mismatch(pool.file(), before.file())).isEqualTo(-1);
  }

  @Test
  void aPoolCutToNothingIsNoPool() throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(pool.file().toFile(), "rw")) {
      file.setLength(0);
    }

    assertThat(refusal(pool)).hasMessageContaining("not a Lunette pool");
  }

  private void assertSame(Map<String, byte[]> found, String what) {
    assertThat(found).containsOnlyKeys(contents.keySet());
    for (String volume : contents.keySet()) {
      assertThat(Arrays.equals(found.get(volume), contents.get(volume)))
          .as("%s, %s", volume, what)
          .isTrue();
    }
  }

  private PoolAtRest damagedTwice(PoolAtRest.Page page, int field) throws Exception {
    PoolAtRest copy = copyOf(pool);
    copy.flipBoth(page, field);
    return copy;
  }

  private PoolAtRest damaged(long offset) throws Exception {
    PoolAtRest copy = copyOf(pool);
    copy.flip(offset);
    return copy;
  }

  private PoolAtRest copyOf(PoolAtRest original) throws Exception {
    return original.copyTo(directory.resolve("copy"));
  }

  private static VolumeException refusal(PoolAtRest pool) {
    VolumeException refused =
        catchThrowableOfType(
            VolumeException.class,
            () -> EngineVolumeDriver.open(pool.file(), Clock.systemUTC()).close());
    assertThat(refused).as("a refusal").isNotNull();
    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.INVALID);
    return refused;
  }

  /**
   * What the opening says, or the first volume whose reading fails; a read's error has its kind.
   */
  private static String damageFoundBy(PoolAtRest pool) throws Exception {
    try {
      pool.contents();
    } catch (VolumeException e) {
      assertThat(e.kind()).isEqualTo(VolumeException.Kind.INVALID);
      return e.getMessage();
    } catch (AssertionError e) {
      BlockException cause = (BlockException) e.getCause();
      assertThat(cause.kind()).isEqualTo(BlockException.Kind.MEDIUM_READ);
      return cause.getMessage();
    }
    return "nothing";
  }
}
