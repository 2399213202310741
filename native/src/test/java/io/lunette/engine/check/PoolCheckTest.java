/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.Support;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.PoolLayout;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolCheckTest {

  private static final long MIB = 1 << 20;
  private static final int PAGE = PoolLayout.PAGE_BYTES;

  @TempDir Path directory;

  private PoolAtRest pool;
  private Path file;

  @BeforeEach
  void createPool() throws Exception {
    pool = PoolAtRest.create(directory.resolve("pool"));
    file = pool.file();
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
    pool.work();

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
    pool.work();
    Path left = pool.leftOpen(directory.resolve("left"));

    PoolReport report = PoolCheck.check(left);

    assertThat(report.problems()).isEmpty();
    assertThat(report.commits()).isPositive();
    assertThat(report.notes()).anyMatch(note -> note.startsWith("not marked as closed: "));
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
    pool.work();
    for (long offset : new long[] {0, PoolLayout.EXTENT_BYTES}) {
      pool.flip(offset + 100);

      PoolReport report = PoolCheck.check(file);

      assertThat(report.problems())
          .anySatisfy(
              problem -> {
                assertThat(problem.place()).endsWith("at byte " + offset);
                assertThat(problem.what()).contains("checksum");
              });
      pool.flip(offset + 100);
    }
  }

  @Test
  void twoDamagedSuperblocksAreTwoProblems() throws Exception {
    pool.flip(100);
    pool.flip(PoolLayout.EXTENT_BYTES + 100);

    PoolReport report = PoolCheck.check(file);

    assertThat(report.problems()).hasSize(2);
    assertThat(report.usage()).isNull();
  }

  @Test
  void aFlippedBitInAnyReachablePageOrCopyIsFound() throws Exception {
    pool.work();
    int found = 0;
    byte[] bytes = Files.readAllBytes(file);
    for (long at = PoolAtRest.JOURNAL + PoolAtRest.JOURNAL_BYTES; at < bytes.length; at += PAGE) {
      if (new String(bytes, (int) at, 4, java.nio.charset.StandardCharsets.US_ASCII)
          .equals("LNPG")) {
        pool.flip(at + 64);
        String place = " at byte " + at;
        found +=
            PoolCheck.check(file).problems().stream()
                    .anyMatch(
                        problem ->
                            problem.place().endsWith(place) && problem.what().contains("checksum"))
                ? 1
                : 0;
        pool.flip(at + 64);
      }
    }

    assertThat(found).isEqualTo(2 * (int) PoolCheck.check(file).pages());
  }

  @Test
  void aFlippedBitInACommittedFrameIsFound() throws Exception {
    pool.work();
    Path left = pool.leftOpen(directory.resolve("left"));
    PoolDump.JournalView journal = PoolDump.read(left, false).journal();
    assertThat(journal.commits()).isGreaterThan(2);

    pool = new PoolAtRest(left);
    pool.flip(PoolAtRest.JOURNAL + journal.fromPosition() % PoolAtRest.JOURNAL_BYTES + 70);

    assertThat(PoolCheck.check(left).problems())
        .anySatisfy(
            problem -> {
              assertThat(problem.place()).startsWith("journal");
              assertThat(problem.what()).contains("damaged at position " + journal.fromPosition());
            });
  }

  @Test
  void aTornLastCommitIsToldAndIsNoProblem() throws Exception {
    pool.work();
    Path left = pool.leftOpen(directory.resolve("left"));
    PoolDump.JournalView journal = PoolDump.read(left, false).journal();
    pool = new PoolAtRest(left);

    pool.flip(PoolAtRest.JOURNAL + (journal.toPosition() - PAGE) % PoolAtRest.JOURNAL_BYTES + 70);

    PoolReport report = PoolCheck.check(left);
    assertThat(report.commits()).isEqualTo(journal.commits() - 1);
    assertThat(report.problems()).isEmpty();
    assertThat(report.notes()).anyMatch(note -> note.contains("commit that is not whole"));
  }

  @Test
  void anExtentThatTwoLayersNameIsFoundWithBothNames() throws Exception {
    pool.work();
    List<PoolDump.LayerView> layers =
        PoolDump.read(file, true).layers().stream()
            .filter(layer -> layer.mappedExtents() > 0)
            .toList();
    PoolDump.LayerView victim = layers.get(0);
    PoolDump.LayerView thief = layers.get(1);
    long wanted = victim.map().get(0).extent();

    pool.rewriteMapWord(thief.id(), thief.map().get(0).logicalExtent(), wanted << 16 | 0xFFFF);

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
    pool.work();
    PoolDump.LayerView layer =
        PoolDump.read(file, true).layers().stream()
            .filter(l -> l.mappedExtents() > 0)
            .findFirst()
            .orElseThrow();

    pool.rewriteMapWord(layer.id(), layer.map().get(0).logicalExtent(), 99_999_999L << 16 | 1);

    assertThat(PoolCheck.check(file).problems())
        .anyMatch(problem -> problem.what().contains("99999999, which is outside"));
  }

  @Test
  void aTruncatedPoolIsFound() throws Exception {
    pool.work();
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(100 * MIB);
    }

    assertThat(PoolCheck.check(file).problems())
        .anyMatch(problem -> problem.what().startsWith("truncated"));
  }

  @Test
  void theDumpShowsVolumesAndLayersAndOnDemandTheirMaps() throws Exception {
    pool.work();

    String brief = PoolDumpText.of(PoolDump.read(file, false));
    String whole = PoolDumpText.of(PoolDump.read(file, true));

    assertThat(brief)
        .contains("superblock A ", "superblock B ", "image SEALED", "clone WRITABLE", "journal ")
        .doesNotContain("PROBLEM", "blocks=");
    assertThat(whole).contains("-> zero blocks=ffff", "blocks=0001");
  }

  @Test
  void theDumpShowsWhatTheDeviceCanDoAsFarAsReadingTellsIt() throws Exception {
    String fileSystem = Files.getFileStore(file).type();

    assertThat(PoolDumpText.of(PoolDump.read(file, false)).lines())
        .filteredOn(line -> line.startsWith("device "))
        .singleElement()
        .asString()
        .matches(
            "device kind=file fs="
                + fileSystem
                + " sectors=\\d+/\\d+ direct=\\d+ allocate=(untried|no) punch=untried"
                + " zero=untried discard=no dsync=untried nowait=(yes|no)"
                + " inplace=(untried|yes)");
  }

  @Test
  void theDumpShowsWhatWasTried() {
    DeviceFeatures features =
        new DeviceFeatures(
            "block device",
            "devtmpfs",
            512,
            4096,
            1024,
            Support.NO,
            Support.YES,
            Support.NO,
            Support.UNTRIED,
            Support.YES,
            Support.NO,
            Support.YES);
    PoolDump dump =
        new PoolDump(
            "/dev/pool",
            features,
            List.of(),
            null,
            null,
            List.of(),
            List.of(),
            List.of(),
            List.of());

    assertThat(PoolDumpText.of(dump))
        .isEqualTo(
            "pool /dev/pool\n"
                + "device kind=block-device fs=devtmpfs sectors=512/4096 direct=1024 allocate=no"
                + " punch=yes zero=no discard=untried dsync=yes nowait=no"
                + " inplace=yes\n");
  }
}
