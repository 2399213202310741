/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.engine.key.KeyEncryptionKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds the tables of docs/on-disk-format.md to the constants of the codecs. */
class OnDiskFormatTest {

  private static final Path PAGE = Path.of("..", "docs", "on-disk-format.md");

  @Test
  void theSuperblockIsWhereThePageSays() throws Exception {
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

    List<Field> page = fields("Superblock");

    assertSameFields(page, code);
    assertNoGaps(page);
    assertThat(version()).isEqualTo(Superblock.VERSION);
  }

  @Test
  void aPageOfATreeIsWhatThePageSays() throws Exception {
    Map<String, Integer> code = new LinkedHashMap<>();
    code.put("magic `LNPG`", TreePage.MAGIC_OFFSET);
    code.put("CRC32C", TreePage.CRC_OFFSET);
    code.put("tree key", TreePage.KEY_OFFSET);
    code.put("index of the first word", TreePage.FIRST_INDEX_OFFSET);
    code.put("generation", TreePage.GENERATION_OFFSET);
    code.put("number of this page", TreePage.SELF_OFFSET);
    code.put("level", TreePage.LEVEL_OFFSET);
    code.put("how many pages further on its copy lies", TreePage.COPY_OFFSET);
    code.put("words", TreePage.WORDS_OFFSET);

    List<Field> page = fields("Word trees");

    assertSameFields(page, code);
    assertThat(page.get(page.size() - 1).size).isEqualTo(TreePage.WORDS * Long.BYTES);
    assertThat(TreePage.WORDS_OFFSET + TreePage.WORDS * Long.BYTES)
        .isEqualTo(PoolLayout.PAGE_BYTES);
  }

  @Test
  void aFrameOfTheJournalIsWhatThePageSays() throws Exception {
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
    code.put("records", JournalFrame.HEADER_BYTES);

    assertSameFields(fields("Journal"), code);
  }

  @Test
  void aRecordOfAKeyIsWhatThePageSays() throws Exception {
    Map<String, Integer> code = new LinkedHashMap<>();
    code.put("magic `LNKY`", KeySlot.MAGIC_OFFSET);
    code.put("CRC32C", KeySlot.CRC_OFFSET);
    code.put("UUID", KeySlot.UUID_OFFSET);
    code.put("number of the key", KeySlot.ID_OFFSET);
    code.put("epoch", KeySlot.EPOCH_OFFSET);
    code.put("check value", KeySlot.CHECK_VALUE_OFFSET);
    code.put("the key's number", KeySlot.WRAPPED_OFFSET);

    List<Field> page = fields("Keys");

    assertSameFields(page, code);
    assertNoGaps(page);
    assertThat(KeySlot.WRAPPED_OFFSET + KeySlot.WRAPPED_BYTES).isEqualTo(KeySlot.BYTES);
    assertThat(KeyEncryptionKey.WRAPPED_BYTES).isEqualTo(KeySlot.WRAPPED_BYTES);
  }

  @Test
  void theKindsOfTreesHaveTheCodesThatThePageGivesThem() throws Exception {
    Map<String, Long> page = new LinkedHashMap<>();
    for (List<String> row : rows("Word trees")) {
      if (row.size() == 3 && row.get(1).matches("\\d+") && row.get(0).matches("[A-Z]+")) {
        page.put(row.get(0), Long.parseLong(row.get(1)));
      }
    }

    Map<String, Long> code = new LinkedHashMap<>();
    for (TreeKey.Kind kind : TreeKey.Kind.values()) {
      code.put(kind.name(), new TreeKey(kind, 0).encode() >>> 56);
    }
    assertThat(page).isEqualTo(code);
  }

  @Test
  void unitsAndSlotsHaveTheSizesThatThePageGivesThem() throws Exception {
    String text = Files.readString(PAGE).replaceAll("\\s+", " ");

    assertThat(text)
        .contains("a **block** is " + PoolLayout.BLOCK_BYTES + " bytes")
        .contains("an **extent** " + PoolLayout.EXTENT_BYTES + " bytes")
        .contains("a **page** " + PoolLayout.PAGE_BYTES + " bytes")
        .contains("in pages of " + TreePage.WORDS + ".")
        .contains("volume id x " + VolumeSlot.WORDS + " ")
        .contains("layer id x " + LayerSlot.WORDS + " ");
  }

  /** A row of a table of offsets; a size of -1 is "the rest". */
  private record Field(int offset, int size, String what) {}

  private static List<Field> fields(String heading) throws IOException {
    List<Field> fields = new ArrayList<>();
    for (List<String> row : rows(heading)) {
      if (row.size() == 3 && row.get(0).matches("\\d+")) {
        int size = row.get(1).equals("..") ? -1 : Integer.parseInt(row.get(1));
        fields.add(new Field(Integer.parseInt(row.get(0)), size, row.get(2)));
      }
    }
    return fields;
  }

  private static List<List<String>> rows(String heading) throws IOException {
    String text = Files.readString(PAGE);
    int from = text.indexOf("\n## " + heading + "\n");
    assertThat(from).as("heading %s", heading).isPositive();
    int to = text.indexOf("\n## ", from + 1);
    return text.substring(from, to < 0 ? text.length() : to)
        .lines()
        .filter(line -> line.startsWith("| "))
        .map(line -> Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList())
        .toList();
  }

  private static int version() throws IOException {
    String title = Files.readString(PAGE).lines().findFirst().orElseThrow();
    return Integer.parseInt(title.substring(title.lastIndexOf(' ') + 1));
  }

  private static void assertSameFields(List<Field> page, Map<String, Integer> code) {
    assertThat(page.stream().map(Field::offset)).containsExactlyElementsOf(code.values());
    int at = 0;
    for (String name : code.keySet()) {
      assertThat(page.get(at++).what).startsWith(name);
    }
  }

  private static void assertNoGaps(List<Field> page) {
    int end = 0;
    for (Field field : page) {
      assertThat(field.offset).as(field.what).isEqualTo(end);
      end += field.size;
    }
  }
}
