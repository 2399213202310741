/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Breaks each structure of a pool, and sees what a repair makes of it. */
class PoolRepairTest {

  private static final int VOLUMES = 1;
  private static final int LAYERS = 2;
  private static final int SPACE = 3;
  private static final int RESERVED = 4;
  private static final int METADATA = 5;
  private static final int GLOBALS = 6;
  private static final int MAP = 16;
  private static final int DROPPED = 17;

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
    String before = bytes();

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).isEmpty();
    assertThat(outcome.report().isClean()).isTrue();
    assertThat(bytes()).isEqualTo(before);
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
    Map<String, byte[]> contents = contentsOfACopy();
    for (long offset : new long[] {0, PoolLayout.EXTENT_BYTES}) {
      for (int at : new int[] {0, 9, 13, 40, 56, 64, 96, 120, 130, 4095}) {
        pool.flipBit(offset + at, at % Byte.SIZE);

        PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

        assertThat(outcome.fixed())
            .anyMatch(line -> line.startsWith("superblock") && line.contains("at byte " + offset));
        assertClean(outcome);
      }
    }
    assertSame(contents);
  }

  @Test
  void twoDamagedSuperblocksAreBeyondRepair() throws Exception {
    pool.flip(100);
    pool.flip(PoolLayout.EXTENT_BYTES + 100);

    assertRefused();
  }

  @Test
  void aSuperblockOfALaterReleaseIsNeverWrittenOver() throws Exception {
    pool.flip(100);
    long sound = PoolLayout.EXTENT_BYTES;
    setVersion(sound);

    String before = bytes();

    assertThatThrownBy(() -> PoolRepair.repair(pool.file()))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("not known to this release");
    assertThat(bytes()).isEqualTo(before);
  }

  @Test
  void everyPageIsWrittenAnewFromItsCopyAndEveryCopyFromItsPage() throws Exception {
    Map<String, byte[]> contents = contentsOfACopy();
    Path whole = directory.resolve("whole");
    Files.copy(pool.file(), whole);
    Set<Integer> met = new java.util.TreeSet<>();
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
        assertClean(outcome);
        assertSame(contents);
      }
    }
    assertThat(met).contains(VOLUMES, LAYERS, SPACE, METADATA, GLOBALS, MAP);
  }

  @Test
  void aPageWhoseLastWriteWasLostIsWrittenAnewFromItsLaterCopy() throws Exception {
    PoolAtRest.Page page = pool.newestLeaf(LAYERS, 0);
    Map<String, byte[]> contents = contentsOfACopy();
    pool.rewriteGeneration(page.offset(), page.generation() - 1);
    pool.rewriteWordAt(page.offset(), 30, 77);

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).singleElement().asString().contains("is older than its copy");
    assertClean(outcome);
    assertSame(contents);
  }

  @Test
  void aPageAndACopyThatDifferAndAreOfOneCheckpointAreBeyondRepair() throws Exception {
    PoolAtRest.Page page = pool.newestLeaf(LAYERS, 0);
    pool.rewriteWordAt(page.copyOffset(), 30, 77);

    assertThat(assertRefused().problems())
        .anySatisfy(problem -> assertThat(problem.what()).endsWith("and its copy differ"));
  }

  @Test
  void everyPageThatIsLostWithItsCopyIsWrittenAnewWhereOtherTreesTellItAndElseNamedWithWhatIsLost()
      throws Exception {
    Map<String, byte[]> contents = contentsOfACopy();
    Path whole = directory.resolve("whole");
    Files.copy(pool.file(), whole);
    Set<Integer> met = new java.util.TreeSet<>();
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
        assertClean(outcome);
        assertSame(contents);
        assertThat(PoolCheck.check(pool.file()).problems()).isEmpty();
      } else {
        PoolReport report = assertRefused();
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
  void aDamagedMapSaysWhichBytesOfWhichVolumesAreLost() throws Exception {
    PoolDump.VolumeView clone = volume("clone");
    PoolAtRest.Page leaf = pool.newestLeaf(MAP, clone.layer());
    pool.flipBoth(leaf, 70);

    assertThat(assertRefused().problems())
        .anySatisfy(
            problem ->
                assertThat(problem.what())
                    .endsWith("bytes 0 to " + (504L * 65536 - 1) + " of volume clone"));
  }

  /** The words of SPACE that say that all is in use have the repair take extents for its pages. */
  @Test
  void aRepairThatIsCutShortForgetsNoExtentWithPagesThoughTheirListHasAGap() throws Exception {
    Map<String, byte[]> contents = contentsOfACopy();
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
      assertClean(PoolRepair.repair(pool.file()));
      writes++;
      pool = whole.copyTo(pool.file());
    }

    assertThat(writes).isGreaterThan(20);
    assertSame(contents);
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
    assertClean(outcome);
    assertThat(outcome.report().usage().dirty()).isGreaterThanOrEqualTo(2);
    assertThat(pool.contents().keySet()).isNotEmpty();
    assertThat(read(extent, 19)).isEqualTo(new byte[19]);
    assertThat(PoolCheck.check(pool.file()).isClean()).isTrue();
  }

  @Test
  void anOwnedExtentThatIsMarkedCleanIsMarkedInUse() throws Exception {
    Map<String, byte[]> contents = contentsOfACopy();
    long owned = layer(volume("clone").layer()).map().get(3).extent();
    PoolAtRest.Page space = pool.newestLeaf(SPACE, 0);
    int word = (int) (owned / 64);
    pool.rewriteWord(space, word, pool.word(space, word) & ~(1L << owned));

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).anyMatch(line -> line.startsWith("extent " + owned + " "));
    assertClean(outcome);
    assertSame(contents);
  }

  @Test
  void aMissingSpaceMapIsMadeOfTheMapsAndReservationsNobodyUsesAreDirty() throws Exception {
    PoolAtRest left = new PoolAtRest(pool.leftOpen(directory.resolve("left")));
    pool = left;
    PoolReport before = PoolCheck.check(pool.file());
    assertThat(before.usage().reserved()).isPositive();
    pool.flipBoth(pool.newestLeaf(SPACE, 0), 70);

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertClean(outcome);
    assertThat(outcome.report().usage().mapped()).isEqualTo(before.usage().mapped());
    assertThat(pool.contents().keySet()).contains("image", "clone", "snapshot", "late-4");
  }

  @Test
  void theCountersOfALayerAreCountedAnew() throws Exception {
    PoolAtRest.Page slots = pool.newestLeaf(LAYERS, 0);
    long layer = volume("clone").layer();
    int counter = (int) LayerSlot.index(layer) + LayerSlot.OWNED_EXTENTS;
    long owned = pool.word(slots, counter);
    pool.rewriteWord(slots, counter, owned + 5);

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());

    assertThat(outcome.fixed()).anyMatch(line -> line.startsWith("layer " + layer + ": "));
    assertClean(outcome);
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
    assertClean(outcome);
    assertThat(outcome.report().notes()).noneMatch(note -> note.contains("not whole"));
    assertThat(pool.contents().keySet()).contains("image", "late-0", "late-3");
  }

  @Test
  void aDamagedCommitBeforeSoundOnesIsBeyondRepair() throws Exception {
    pool = new PoolAtRest(pool.leftOpen(directory.resolve("left")));
    PoolDump.JournalView journal = PoolDump.read(pool.file(), false).journal();
    pool.flip(PoolAtRest.JOURNAL + journal.fromPosition() % PoolAtRest.JOURNAL_BYTES + 70);

    assertRefused();
  }

  @Test
  void anExtentWithTwoOwnersIsBeyondRepair() throws Exception {
    PoolDump.LayerView victim = layer(volume("image").layer());
    PoolDump.LayerView thief = layer(volume("clone").layer());

    pool.rewriteMapWord(
        thief.id(),
        thief.map().get(0).logicalExtent(),
        victim.map().get(0).extent() << 16 | 0xFFFF);

    assertRefused();
  }

  @Test
  void aMapEntryOutsideOfThePoolIsBeyondRepairAndSaysWhatIsLost() throws Exception {
    PoolDump.LayerView layer = layer(volume("clone").layer());
    long logical = layer.map().get(0).logicalExtent();
    pool.rewriteMapWord(layer.id(), logical, 99_999_999L << 16 | 1);

    assertThat(assertRefused().problems())
        .anyMatch(
            problem ->
                problem.what().contains("bytes " + logical * 65536 + " to ")
                    && problem.what().contains(" of volume clone"));
  }

  @Test
  void aTruncatedPoolIsBeyondRepair() throws Exception {
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "rw")) {
      open.setLength(6 << 20);
    }

    assertRefused();
  }

  @Test
  void aBitFlippedInAnExtentOfDataIsNotForTheCheckToFind() throws Exception {
    long owned = layer(volume("clone").layer()).map().get(3).extent();
    pool.flip(owned * PoolLayout.EXTENT_BYTES);

    assertThat(PoolCheck.check(pool.file()).isClean()).isTrue();
  }

  private void assertClean(PoolRepair.Outcome outcome) throws Exception {
    assertThat(outcome.report().problems()).isEmpty();
    assertThat(PoolCheck.check(pool.file()).problems()).isEmpty();
  }

  /** The repair writes nothing, and says that there is something beyond it. */
  private PoolReport assertRefused() throws Exception {
    String before = bytes();
    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());
    assertThat(outcome.fixed()).isEmpty();
    assertThat(outcome.report().problems()).anyMatch(problem -> !problem.isRepairable());
    assertThat(bytes()).isEqualTo(before);
    return outcome.report();
  }

  private void assertSame(Map<String, byte[]> contents) throws Exception {
    Map<String, byte[]> found = pool.contents();
    assertThat(found.keySet()).isEqualTo(contents.keySet());
    found.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(contents.get(name)));
  }

  private Map<String, byte[]> contentsOfACopy() throws Exception {
    Path copy = directory.resolve("copy");
    Files.copy(pool.file(), copy, StandardCopyOption.REPLACE_EXISTING);
    return new PoolAtRest(copy).contents();
  }

  private PoolDump.VolumeView volume(String name) throws Exception {
    return PoolDump.read(pool.file(), false).volumes().stream()
        .filter(volume -> volume.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private PoolDump.LayerView layer(long id) throws Exception {
    List<PoolDump.LayerView> layers = PoolDump.read(pool.file(), true).layers();
    return layers.stream().filter(layer -> layer.id() == id).findFirst().orElseThrow();
  }

  /** A digest of the file. */
  private String bytes() throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (InputStream in = Files.newInputStream(pool.file());
        OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(sink);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private void put(long extent, String text) throws Exception {
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "rw")) {
      open.seek(extent * PoolLayout.EXTENT_BYTES);
      open.write(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
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

  /** A sound superblock of a version that is not ours. */
  private void setVersion(long offset) throws Exception {
    byte[] page = new byte[PoolLayout.PAGE_BYTES];
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "rw")) {
      open.seek(offset);
      open.readFully(page);
      ByteBuffer superblock = ByteBuffer.wrap(page).order(java.nio.ByteOrder.LITTLE_ENDIAN);
      superblock.putInt(8, 2).putInt(12, 0);
      java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
      crc.update(page);
      superblock.putInt(12, (int) crc.getValue());
      open.seek(offset);
      open.write(page);
    }
  }
}
