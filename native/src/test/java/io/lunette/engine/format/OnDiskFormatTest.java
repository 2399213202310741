/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.lunette.engine.format.FormatPage.Field;
import io.lunette.engine.key.KeyEncryptionKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds the tables of docs/on-disk-format.md to the constants of the codecs. */
class OnDiskFormatTest {

  private FormatPage page;

  @BeforeEach
  void readThePage() throws Exception {
    page = FormatPage.read();
  }

  @Test
  void theSuperblockIsWhereThePageSays() {
    Map<String, Integer> code = new LinkedHashMap<>();
    code.put("magic", Superblock.MAGIC_OFFSET);
    code.put("version", Superblock.VERSION_OFFSET);
    code.put("CRC32C", Superblock.CRC_OFFSET);
    code.put("incompatible features", Superblock.INCOMPATIBLE_OFFSET);
    code.put("read-only compatible features", Superblock.READ_ONLY_COMPATIBLE_OFFSET);
    code.put("compatible features", Superblock.COMPATIBLE_OFFSET);
    code.put("UUID", Superblock.UUID_OFFSET);
    code.put("generation", Superblock.GENERATION_OFFSET);
    code.put("capacity", Superblock.CAPACITY_OFFSET);
    code.put("bytes in an extent", Superblock.EXTENT_BYTES_OFFSET);
    code.put("bytes in a block", Superblock.BLOCK_BYTES_OFFSET);
    code.put("first extent of the journal", Superblock.JOURNAL_EXTENT_OFFSET);
    code.put("extents of the journal", Superblock.JOURNAL_EXTENTS_OFFSET);
    code.put("journal position", Superblock.JOURNAL_TAIL_OFFSET);
    code.put("sequence number", Superblock.JOURNAL_SEQUENCE_OFFSET);
    code.put("flags", Superblock.FLAGS_OFFSET);
    code.put("byte offset", Superblock.SELF_OFFSET);
    code.put("six roots", Superblock.ROOTS_OFFSET);
    code.put("runs of extents", Superblock.TAKING_COUNT_OFFSET);
    code.put("at most " + Superblock.MAX_TAKING, Superblock.TAKING_OFFSET);
    code.put("zero", Superblock.TAKING_OFFSET + Superblock.MAX_TAKING * 2 * Long.BYTES);

    assertSameFields("field of a superblock", code);
    assertThat(page.field("field of a superblock", "zero").end()).isEqualTo(PoolLayout.PAGE_BYTES);
    assertThat(page.field("field of a superblock", "six roots").what())
        .startsWith("six roots (page 8, height 8): VOLUMES, LAYERS,");
    assertThat(page.field("field of a superblock", "at most").what())
        .endsWith("such runs (first extent 8, extents 8)");
    assertThat(page.number("\\| version: (\\d+) \\|")).isEqualTo(Superblock.VERSION);
    assertThat(page.number("format of a pool, version (\\d+)")).isEqualTo(Superblock.VERSION);
  }

  @Test
  void aPageOfATreeIsWhatThePageSays() {
    Map<String, Integer> code = new LinkedHashMap<>();
    code.put("magic `LNPG`", TreePage.MAGIC_OFFSET);
    code.put("CRC32C", TreePage.CRC_OFFSET);
    code.put("tree key", TreePage.KEY_OFFSET);
    code.put("index of the first word", TreePage.FIRST_INDEX_OFFSET);
    code.put("generation", TreePage.GENERATION_OFFSET);
    code.put("number of this page", TreePage.SELF_OFFSET);
    code.put("level", TreePage.LEVEL_OFFSET);
    code.put(
        "how many pages further on its copy lies: " + PoolLayout.TREE_PAGES_PER_EXTENT + ",",
        TreePage.COPY_OFFSET);
    code.put("zero", TreePage.COPY_OFFSET + Integer.BYTES);
    code.put("words", TreePage.WORDS_OFFSET);

    assertSameFields("field of a page", code);
    assertThat(page.field("field of a page", "words").size())
        .isEqualTo(TreePage.WORDS * Long.BYTES);
    assertThat(TreePage.WORDS_OFFSET + TreePage.WORDS * Long.BYTES)
        .isEqualTo(PoolLayout.PAGE_BYTES);
  }

  @Test
  void aFrameOfTheJournalIsWhatThePageSays() {
    Map<String, Integer> code = new LinkedHashMap<>();
    code.put("magic `LNJF`", JournalFrame.MAGIC_OFFSET);
    code.put("CRC32C", JournalFrame.CRC_OFFSET);
    code.put("UUID", JournalFrame.UUID_OFFSET);
    code.put("sequence number", JournalFrame.SEQUENCE_OFFSET);
    code.put("position", JournalFrame.POSITION_OFFSET);
    code.put("bytes of payload", JournalFrame.PAYLOAD_BYTES_OFFSET);
    code.put("flags", JournalFrame.FLAGS_OFFSET);
    code.put("sequence number of the group", JournalFrame.GROUP_OFFSET);
    code.put("blocks of data", JournalFrame.SUMS_OFFSET);
    code.put("zero", JournalFrame.SUMS_OFFSET + Integer.BYTES);
    code.put("records", JournalFrame.HEADER_BYTES);

    assertSameFields("field of a frame", code);
  }

  @Test
  void aRecordOfAKeyIsWhatThePageSays() {
    Map<String, Integer> code = new LinkedHashMap<>();
    code.put("magic `LNKY`", KeySlot.MAGIC_OFFSET);
    code.put("CRC32C", KeySlot.CRC_OFFSET);
    code.put("UUID", KeySlot.UUID_OFFSET);
    code.put("number of the key", KeySlot.ID_OFFSET);
    code.put("epoch", KeySlot.EPOCH_OFFSET);
    code.put("check value", KeySlot.CHECK_VALUE_OFFSET);
    code.put("the key's number", KeySlot.WRAPPED_OFFSET);

    assertSameFields("field of a key's record", code);
    assertThat(page.field("field of a key's record", "the key's number").end())
        .isEqualTo(KeySlot.BYTES);
    assertThat(KeySlot.WRAPPED_OFFSET + KeySlot.WRAPPED_BYTES).isEqualTo(KeySlot.BYTES);
    assertThat(KeyEncryptionKey.WRAPPED_BYTES).isEqualTo(KeySlot.WRAPPED_BYTES);
  }

  @Test
  void theKindsOfTreesHaveTheCodesThatThePageGivesThem() {
    Map<String, Integer> code = new LinkedHashMap<>();
    for (TreeKey.Kind kind : TreeKey.Kind.values()) {
      long key = new TreeKey(kind, 0).encode();
      code.put(kind.name(), (int) page.bits("part of a tree key", "kind").of(key));
    }
    page.requireWholeWord("part of a tree key");
    assertThat(page.kinds()).isEqualTo(code);
    long key = new TreeKey(TreeKey.Kind.MAP, 0xABCDEF012345L).encode();
    assertThat(page.bits("part of a tree key", "layer").of(key)).isEqualTo(0xABCDEF012345L);
  }

  @Test
  void theExtentsAreDividedAsThePageSays() {
    long mib = (1 << 20) / PoolLayout.EXTENT_BYTES;

    assertThat(page.prose())
        .contains("| " + extentOf(2) + " | superblock A in its first page (even generations);")
        .contains("| " + extentOf(1) + " | superblock B in its first page (odd generations) |")
        .contains(
            ("| %d .. %d+J-1 | the journal, J extents: 1/%d of the pool, %d MiB to %d MiB |")
                .formatted(
                    PoolLayout.JOURNAL_EXTENT,
                    PoolLayout.JOURNAL_EXTENT,
                    (1L << 30) / PoolLayout.EXTENT_BYTES / PoolLayout.journalExtents(1L << 30),
                    PoolLayout.journalExtents(PoolLayout.MIN_POOL_BYTES) / mib,
                    PoolLayout.journalExtents(1L << 50) / mib))
        .contains("| from " + PoolLayout.JOURNAL_EXTENT + "+J |");
  }

  private static long extentOf(long generation) {
    return Superblock.offsetFor(generation) / PoolLayout.EXTENT_BYTES;
  }

  @Test
  void unitsAndSlotsHaveTheSizesThatThePageGivesThem() {
    assertThat(page.prose())
        .contains("| SPACE | 3 | extent / " + Long.SIZE + " →")
        .contains("| RESERVED | 4 | extent / " + Long.SIZE + " →")
        .contains("a **block** is " + PoolLayout.BLOCK_BYTES + " bytes")
        .contains("an **extent** " + PoolLayout.EXTENT_BYTES + " bytes")
        .contains("a **page** " + PoolLayout.PAGE_BYTES + " bytes")
        .contains("in pages of " + TreePage.WORDS + ".")
        .contains("volume id x " + VolumeSlot.WORDS + " ")
        .contains("layer id x " + LayerSlot.WORDS + " ");
  }

  @Test
  void recordsAndSumsOfTheJournalHaveTheSizesThatThePageGivesThem() {
    assertThat(page.fields("field of a record").stream().map(Field::what))
        .satisfiesExactly(
            what -> assertThat(what).startsWith("tree key"),
            what -> assertThat(what).startsWith("index"),
            what -> assertThat(what).startsWith("count"),
            what -> assertThat(what).startsWith("words"));
    assertThat(page.field("field of a record", "words").at())
        .isEqualTo(JournalFrame.RECORD_HEADER_BYTES);
    page.requireNoGaps("field of a record");
    page.requireNoGaps("field of a sum");
    assertThat(page.field("field of a sum", "CRC32C").end()).isEqualTo(JournalFrame.SUM_BYTES);
  }

  @Test
  void featuresAndFlagsAreTheBitsThatThePageGivesThem() {
    assertThat(page.codes("incompatible feature"))
        .containsExactly(
            entry("KEYS", bit(Superblock.KEYS)),
            entry("COPIES", bit(Superblock.COPIES)),
            entry("SUMS", bit(Superblock.SUMS)));
    ByteBuffer bytes = ByteBuffer.allocate(PoolLayout.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    UUID pool = UUID.randomUUID();
    new Superblock(pool, 1, 2, 3, 4, 5, 6, true, Map.of()).encode(bytes);
    assertThat(page.codes("flag of a superblock"))
        .containsExactly(entry("CLOSED CLEANLY", bit(bytes.getLong(Superblock.FLAGS_OFFSET))));

    new JournalFrame(1, 2, 3, 0, true, 0).seal(bytes, pool);
    assertThat(page.codes("flag of a frame"))
        .containsExactly(entry("LAST", bit(bytes.getInt(JournalFrame.FLAGS_OFFSET))));
  }

  private static int bit(long flag) {
    assertThat(Long.bitCount(flag)).as("bits of %x", flag).isEqualTo(1);
    return Long.numberOfTrailingZeros(flag);
  }

  private void assertSameFields(String table, Map<String, Integer> code) {
    List<Field> fields = page.fields(table);
    assertThat(fields.stream().map(Field::at)).containsExactlyElementsOf(code.values());
    int at = 0;
    for (String name : code.keySet()) {
      assertThat(fields.get(at++).what()).startsWith(name);
    }
    page.requireNoGaps(table);
  }
}
