/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.PoolLayout;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolCheckTest {

  private static final long MIB = 1 << 20;
  private static final int PAGE = PoolLayout.PAGE_BYTES;
  private static final long JOURNAL = PoolLayout.JOURNAL_EXTENT * PoolLayout.EXTENT_BYTES;
  private static final long JOURNAL_BYTES =
      PoolLayout.journalExtents(256 * MIB) * PoolLayout.EXTENT_BYTES;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName CLONE = new VolumeName("clone");

  @TempDir Path directory;

  private Path file;

  @BeforeEach
  void createPool() throws Exception {
    file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, 256 * MIB);
  }

  @Test
  void aNewPoolIsClean() throws Exception {
    PoolReport report = PoolCheck.check(file);

    assertThat(report.problems()).isEmpty();
    assertThat(report.notes()).isEmpty();
    assertThat(report.usage().clean()).isEqualTo(report.usage().data());
  }

  @Test
  void aPoolThatWasWorkedOnAndClosedIsClean() throws Exception {
    work();

    PoolReport report = PoolCheck.check(file);

    assertThat(report.problems()).isEmpty();
    assertThat(report.volumes()).isEqualTo(4);
    assertThat(report.pages()).isPositive();
    PoolUsage usage = report.usage();
    assertThat(usage.mapped() + usage.dirty() + usage.metadata() + usage.reserved())
        .isEqualTo(usage.data() - usage.clean());
    assertThat(usage.mapped()).isPositive();
  }

  @Test
  void aPoolThatAProcessLeftWithoutClosingIsCleanAndSaysSo() throws Exception {
    work();
    Path left = leftOpen();

    PoolReport report = PoolCheck.check(left);

    assertThat(report.problems()).isEmpty();
    assertThat(report.commits()).isPositive();
    assertThat(report.notes()).anyMatch(note -> note.startsWith("not closed: "));
  }

  @Test
  void aPoolInUseIsRefused() throws Exception {
    EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    try {
      assertThatThrownBy(() -> PoolCheck.check(file))
          .isInstanceOfSatisfying(
              VolumeException.class, e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.BUSY))
          .hasMessageContaining("in use");
    } finally {
      driver.close();
    }
  }

  @Test
  void whatIsNotAPoolIsRefusedInOneLine() throws Exception {
    Path text = Files.writeString(directory.resolve("text"), "no pool");
    Path zeroes = Files.write(directory.resolve("zeroes"), new byte[(int) MIB]);

    for (Path other : List.of(text, zeroes, directory)) {
      assertThatThrownBy(() -> PoolCheck.check(other))
          .isInstanceOfSatisfying(
              VolumeException.class,
              e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.INVALID))
          .hasMessageContaining("not a Lunette pool");
    }
    assertThatThrownBy(() -> PoolCheck.check(directory.resolve("missing")))
        .isInstanceOfSatisfying(
            VolumeException.class,
            e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.NOT_FOUND));
  }

  @Test
  void aFlippedBitInEitherSuperblockIsNamed() throws Exception {
    work();
    for (long offset : new long[] {0, PoolLayout.EXTENT_BYTES}) {
      flip(offset + 100);

      PoolReport report = PoolCheck.check(file);

      assertThat(report.problems())
          .anySatisfy(
              problem -> {
                assertThat(problem.place()).endsWith("at byte " + offset);
                assertThat(problem.what()).contains("checksum");
              });
      flip(offset + 100);
    }
  }

  @Test
  void twoDamagedSuperblocksAreTwoProblems() throws Exception {
    flip(100);
    flip(PoolLayout.EXTENT_BYTES + 100);

    PoolReport report = PoolCheck.check(file);

    assertThat(report.problems()).hasSize(2);
    assertThat(report.usage()).isNull();
  }

  @Test
  void aFlippedBitInAnyReachablePageIsFound() throws Exception {
    work();
    int found = 0;
    byte[] pool = Files.readAllBytes(file);
    for (long at = JOURNAL + JOURNAL_BYTES; at < pool.length; at += PAGE) {
      if (new String(pool, (int) at, 4, java.nio.charset.StandardCharsets.US_ASCII)
          .equals("LNPG")) {
        flip(at + 64);
        String place = "page " + at / PAGE + " of ";
        found +=
            PoolCheck.check(file).problems().stream()
                    .anyMatch(
                        problem ->
                            problem.place().startsWith(place)
                                && problem.what().contains("checksum"))
                ? 1
                : 0;
        flip(at + 64);
      }
    }

    assertThat(found).isEqualTo((int) PoolCheck.check(file).pages());
  }

  @Test
  void aFlippedBitInACommittedFrameIsFound() throws Exception {
    work();
    Path left = leftOpen();
    PoolDump.JournalView journal = PoolDump.read(left, false).journal();
    assertThat(journal.commits()).isGreaterThan(2);

    file = left;
    flip(JOURNAL + journal.fromPosition() % JOURNAL_BYTES + 70);

    assertThat(PoolCheck.check(left).problems())
        .anySatisfy(
            problem -> {
              assertThat(problem.place()).startsWith("journal");
              assertThat(problem.what()).contains("damaged at position " + journal.fromPosition());
            });
  }

  @Test
  void aTornLastCommitIsToldAndIsNoProblem() throws Exception {
    work();
    Path left = leftOpen();
    PoolDump.JournalView journal = PoolDump.read(left, false).journal();
    file = left;

    flip(JOURNAL + (journal.toPosition() - PAGE) % JOURNAL_BYTES + 70);

    PoolReport report = PoolCheck.check(left);
    assertThat(report.commits()).isEqualTo(journal.commits() - 1);
    assertThat(report.problems()).isEmpty();
    assertThat(report.notes()).anyMatch(note -> note.contains("commit that is not whole"));
  }

  @Test
  void anExtentThatTwoLayersNameIsFoundWithBothNames() throws Exception {
    work();
    List<PoolDump.LayerView> layers =
        PoolDump.read(file, true).layers().stream()
            .filter(layer -> layer.mappedExtents() > 0)
            .toList();
    PoolDump.LayerView victim = layers.get(0);
    PoolDump.LayerView thief = layers.get(1);
    long wanted = victim.map().get(0).extent();

    rewriteMapWord(thief.id(), thief.map().get(0).logicalExtent(), wanted << 16 | 0xFFFF);

    List<PoolProblem> problems = PoolCheck.check(file).problems();
    assertThat(problems)
        .anySatisfy(
            problem -> {
              assertThat(problem.place()).startsWith("extent " + wanted + " ");
              assertThat(problem.what())
                  .contains("more than once")
                  .contains("layer " + victim.id())
                  .contains("layer " + thief.id());
            });
    assertThat(problems)
        .anySatisfy(
            problem -> {
              assertThat(problem.place()).startsWith("extent " + thief.map().get(0).extent() + " ");
              assertThat(problem.what()).contains("nothing owns");
            });
  }

  @Test
  void anEntryOutsideOfThePoolIsFound() throws Exception {
    work();
    PoolDump.LayerView layer =
        PoolDump.read(file, true).layers().stream()
            .filter(l -> l.mappedExtents() > 0)
            .findFirst()
            .orElseThrow();

    rewriteMapWord(layer.id(), layer.map().get(0).logicalExtent(), 99_999_999L << 16 | 1);

    assertThat(PoolCheck.check(file).problems())
        .anyMatch(problem -> problem.what().contains("99999999, which is outside"));
  }

  @Test
  void aTruncatedPoolIsFound() throws Exception {
    work();
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
      pool.setLength(100 * MIB);
    }

    assertThat(PoolCheck.check(file).problems())
        .anyMatch(problem -> problem.what().startsWith("truncated"));
  }

  @Test
  void theDumpShowsVolumesAndLayersAndOnDemandTheirMaps() throws Exception {
    work();

    String brief = PoolDumpText.of(PoolDump.read(file, false));
    String whole = PoolDumpText.of(PoolDump.read(file, true));

    assertThat(brief)
        .contains("superblock A ", "superblock B ", "image SEALED", "clone WRITABLE", "journal ")
        .doesNotContain("PROBLEM", "blocks=");
    assertThat(whole).contains("-> zero blocks=ffff", "blocks=0001");
  }

  /** Image, clone with writes and a discard, snapshot, a clone erased, one deleted. */
  private void work() throws Exception {
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      VolumeName erased = new VolumeName("erased");
      VolumeName deleted = new VolumeName("deleted");
      driver.create(IMAGE, 64 * MIB);
      fill(driver, IMAGE, 40);
      driver.seal(IMAGE);
      driver.clone(IMAGE, List.of(CLONE, erased, deleted), CloneKind.DEPENDENT);
      fill(driver, CLONE, 20);
      fill(driver, erased, 10);
      fill(driver, deleted, 10);
      driver.snapshot(CLONE, new VolumeName("snapshot"));
      fill(driver, CLONE, 30);
      try (BlockDevice device = driver.open(CLONE, AccessMode.READ_WRITE)) {
        BlockingIo.discard(device, 0, 2 * PoolLayout.EXTENT_BYTES);
      }
      driver.delete(deleted);
      driver
          .erase(erased, EraseRequest.zeroFillVerified())
          .result()
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
    }
  }

  /** A copy of the pool's file as it was while it was open and had commits in the journal. */
  private Path leftOpen() throws Exception {
    Path copy = directory.resolve("left");
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      for (int i = 0; i < 5; i++) {
        driver.clone(IMAGE, List.of(new VolumeName("late-" + i)), CloneKind.DEPENDENT);
        fill(driver, new VolumeName("late-" + i), 3);
      }
      Files.copy(file, copy);
    }
    return copy;
  }

  private static void fill(EngineVolumeDriver driver, VolumeName name, int extents)
      throws Exception {
    try (BlockDevice device = driver.open(name, AccessMode.READ_WRITE)) {
      for (int i = 0; i < extents; i++) {
        ByteBuffer block = ByteBuffer.allocateDirect(PoolLayout.BLOCK_BYTES);
        block.putInt(0, 1 + i);
        BlockingIo.write(device, (long) i * PoolLayout.EXTENT_BYTES, block, Durability.VISIBLE);
      }
      BlockingIo.flush(device);
    }
  }

  private void flip(long offset) throws Exception {
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
      pool.seek(offset);
      int old = pool.read();
      pool.seek(offset);
      pool.write(old ^ 0x10);
    }
  }

  /** Changes a word in the newest leaf of a layer's map, and seals the page anew. */
  private void rewriteMapWord(long layer, long index, long word) throws Exception {
    ByteBuffer pool = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int newest = -1;
    for (int at = (int) (JOURNAL + JOURNAL_BYTES); at < pool.capacity(); at += PAGE) {
      if (pool.getInt(at) == 0x47504E4C
          && pool.getLong(at + 8) == (16L << 56 | layer)
          && pool.getInt(at + 40) == 0
          && (newest < 0 || pool.getLong(at + 24) > pool.getLong(newest + 24))) {
        newest = at;
      }
    }
    pool.putLong(newest + 64 + (int) index * 8, word);
    pool.putInt(newest + 4, 0);
    CRC32C crc = new CRC32C();
    crc.update(pool.array(), newest, PAGE);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      pool.putInt(newest + 4, (int) crc.getValue());
      out.seek(newest);
      out.write(pool.array(), newest, PAGE);
    }
  }
}
