/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.lunette.core.volume.EraseMethod;
import io.lunette.engine.format.FormatPage.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds what docs/on-disk-format.md says of single words and of slots to what is encoded. */
class SlotFormatTest {

  private static final String LAYER = "field of a layer slot";
  private static final String LAYER_STATE = "part of the state of a layer";
  private static final String VOLUME = "field of a volume slot";
  private static final String TERMS = "part of the terms of an erase";

  private FormatPage page;

  @BeforeEach
  void readThePage() throws Exception {
    page = FormatPage.read();
  }

  @Test
  void aMapEntryIsWhatThePageSays() {
    long entry = MapEntry.of(0x123456789ABCL, 0x8001);

    page.requireWholeWord("part of a map entry");
    assertThat(page.bits("part of a map entry", "mask").of(entry)).isEqualTo(0x8001);
    assertThat(page.bits("part of a map entry", "physical extent").of(entry))
        .isEqualTo(0x123456789ABCL);
  }

  @Test
  void aRootIsWhatThePageSays() {
    long root = new TreeRoot(0x123456789ABCDEL, 3).encode();

    page.requireWholeWord("part of a root");
    assertThat(page.bits("part of a root", "page").of(root)).isEqualTo(0x123456789ABCDEL);
    assertThat(page.bits("part of a root", "height").of(root)).isEqualTo(3);
    assertThat(TreeRoot.decode(0)).isEqualTo(TreeRoot.EMPTY);
  }

  @Test
  void aLayerSlotIsWhatThePageSays() throws Exception {
    long[] words = new LayerSlot(LayerSlot.State.FROZEN, false, 11, 12, 13).encode();

    assertFields(
        LAYER,
        LayerSlot.WORDS,
        "state",
        "parent",
        "size",
        "volume",
        "number of the key",
        "root of its MAP",
        "root of its DROPPED",
        "extents that its map names",
        "index after the last entry of DROPPED",
        "entries of DROPPED",
        "zero");
    assertThat(words).hasSize(LayerSlot.JOURNALED_WORDS);
    assertThat(words[at(LAYER, "parent")]).isEqualTo(11);
    assertThat(words[at(LAYER, "size")]).isEqualTo(12);
    assertThat(words[at(LAYER, "volume")]).isEqualTo(13);
    words[at(LAYER, "number of the key")] = 14;
    assertThat(LayerSlot.decode(words).key()).isEqualTo(14);
    assertThat(LayerSlot.decode(words).encode()).isEqualTo(words);
    assertThat(
            List.of(
                at(LAYER, "root of its MAP"),
                at(LAYER, "root of its DROPPED"),
                at(LAYER, "extents that its map names"),
                at(LAYER, "index after the last entry of DROPPED"),
                at(LAYER, "entries of DROPPED")))
        .containsExactly(
            LayerSlot.MAP_ROOT,
            LayerSlot.DROPPED_ROOT,
            LayerSlot.OWNED_EXTENTS,
            LayerSlot.DROPPED_END,
            LayerSlot.DROPPED_EXTENTS);
  }

  @Test
  void theStateOfALayerIsWhatThePageSays() throws Exception {
    LayerSlot plain = new LayerSlot(LayerSlot.State.RELEASED, false, 0, 0, 0);
    LayerSlot keys = new LayerSlot(LayerSlot.State.RELEASED, false, false, true, 0, 0, 0, 0);

    for (LayerSlot slot : List.of(plain, plain.asSuspect(), plain.withOpaque(true), keys)) {
      long word = slot.encode()[at(LAYER, "state")];
      assertThat(page.bits(LAYER_STATE, "state").of(word))
          .isEqualTo(LayerSlot.State.RELEASED.ordinal());
      assertThat(page.bits(LAYER_STATE, "suspect").of(word) == 1).isEqualTo(slot.suspect());
      assertThat(page.bits(LAYER_STATE, "opaque").of(word) == 1).isEqualTo(slot.opaque());
      assertThat(page.bits(LAYER_STATE, "it holds").of(word) == 1).isEqualTo(slot.holdsKeys());
    }
    assertThat(page.codes("state of a layer")).isEqualTo(ordinals(LayerSlot.State.values()));
  }

  @Test
  void aVolumeSlotIsWhatThePageSays() throws Exception {
    VolumeSlot.Erase erase =
        new VolumeSlot.Erase(
            20,
            new VolumeSlot.Terms(1, 0, 0, 0, 21),
            new VolumeSlot.Done(22, 23, 24),
            25,
            26,
            27,
            false,
            false);
    long[] words =
        new VolumeSlot(
                VolumeSlot.State.COPYING,
                new UUID(30, 31),
                32,
                33,
                34,
                "name",
                erase,
                4096,
                new VolumeSlot.Use(true, 35))
            .encode();

    assertFields(
        VOLUME,
        VolumeSlot.WORDS,
        "state",
        "UUID",
        "top layer",
        "size",
        "origin",
        "bytes of the name",
        "name",
        "erase: layer",
        "erase: terms",
        "erase: extents",
        "erase: bytes overwritten",
        "erase: bytes read back",
        "erase: start in milliseconds",
        "erase: parts per million",
        "erase: seed",
        "bytes of a logical block",
        "erase: number of the key",
        "erase: end in milliseconds",
        "use",
        "use: end of its last erase");
    Map<String, Long> expected = new LinkedHashMap<>();
    expected.put("state", (long) VolumeSlot.State.COPYING.ordinal());
    expected.put("UUID", 30L);
    expected.put("top layer", 32L);
    expected.put("size", 33L);
    expected.put("origin", 34L);
    expected.put("bytes of the name", 4L);
    expected.put("name", 0x656D616EL);
    expected.put("erase: layer", 20L);
    expected.put("erase: terms", 1L);
    expected.put("erase: extents", 22L);
    expected.put("erase: bytes overwritten", 23L);
    expected.put("erase: bytes read back", 24L);
    expected.put("erase: start in milliseconds", 25L);
    expected.put("erase: seed", 21L);
    expected.put("bytes of a logical block", 4096L);
    expected.put("erase: number of the key", 26L);
    expected.put("erase: end in milliseconds", 27L);
    expected.put("use: end of its last erase", 35L);
    expected.forEach(
        (field, value) -> assertThat(words[at(VOLUME, field)]).as(field).isEqualTo(value));
    assertThat(words[at(VOLUME, "UUID") + 1]).isEqualTo(31);
    assertThat(page.bits("part of the use of a volume", "whether").of(words[at(VOLUME, "use")]))
        .isEqualTo(1);
    assertThat(VolumeSlot.decode(words).encode()).isEqualTo(words);
    words[at(VOLUME, "use")] = 0;
    assertThat(VolumeSlot.decode(words).use()).isEqualTo(VolumeSlot.Use.erased(35));
  }

  @Test
  void aNameIsAsLongAsThePageSays() {
    int most = page.number("bytes of the name, at most (\\d+)");

    assertThat(most).isEqualTo(VolumeSlot.MAX_NAME_BYTES);
    assertThat(page.field(VOLUME, "name").size()).isEqualTo(most / Long.BYTES);
  }

  @Test
  void aLogicalBlockOf512BytesIsZeroAsThePageSays() {
    long[] words = slot(VolumeSlot.Erase.NONE).encode();

    assertThat(words[at(VOLUME, "bytes of a logical block")]).isZero();
    assertThat(page.field(VOLUME, "bytes of a logical block").what())
        .endsWith("4096, or 0 for 512");
  }

  @Test
  void theTermsOfAnEraseAreWhatThePageSays() throws Exception {
    VolumeSlot.Terms asked = new VolumeSlot.Terms(4, 0xAB, 35, 7, 0);
    long[] words = slot(VolumeSlot.Erase.begun(0, asked, 0, 0, false, false)).encode();
    long terms = words[at(VOLUME, "erase: terms")];

    assertThat(page.bits(TERMS, "method").of(terms)).isEqualTo(4);
    assertThat(page.bits(TERMS, "whether").of(terms)).isEqualTo(1);
    assertThat(page.bits(TERMS, "1 if").of(terms)).isZero();
    assertThat(page.bits(TERMS, "set where").of(terms)).isZero();
    assertThat(page.bits(TERMS, "byte").of(terms)).isEqualTo(0xAB);
    assertThat(page.bits(TERMS, "passes").of(terms)).isEqualTo(35);
    assertThat(words[at(VOLUME, "erase: parts per million")]).isEqualTo(7);
    words[at(VOLUME, "erase: parts per million")] = 0;
    words[at(VOLUME, "erase: terms")] = -1;
    VolumeSlot.Erase largest = VolumeSlot.decode(words).erase();
    assertThat(page.bits(TERMS, "method").of(-1)).isEqualTo(largest.terms().method());
    assertThat(page.bits(TERMS, "byte").of(-1)).isEqualTo(largest.terms().pattern());
    assertThat(page.bits(TERMS, "passes").of(-1)).isEqualTo(largest.terms().passes());
    assertThat(largest.terms().verifiedParts()).isEqualTo(1_000_000);
    assertThat(largest.elsewhere()).isTrue();
    assertThat(largest.unread()).isTrue();
    long encoded = slot(largest).encode()[at(VOLUME, "erase: terms")];
    assertThat(page.bits(TERMS, "1 if").of(encoded)).isEqualTo(1);
    assertThat(page.bits(TERMS, "set where").of(encoded)).isEqualTo(1);
  }

  @Test
  void statesAndMethodsHaveTheCodesThatThePageGivesThem() {
    assertThat(page.codes("state of a volume")).isEqualTo(ordinals(VolumeSlot.State.values()));
    assertThat(page.codes("method of an erase")).isEqualTo(ordinals(EraseMethod.values()));
  }

  @Test
  void theCountersHaveTheIndexesThatThePageGivesThem() {
    assertThat(page.codes("word of GLOBALS"))
        .containsExactly(
            entry("layer id that is given out next", Globals.NEXT_LAYER),
            entry("volume id that is given out next", Globals.NEXT_VOLUME));
  }

  private static VolumeSlot slot(VolumeSlot.Erase erase) {
    return new VolumeSlot(
        VolumeSlot.State.ERASING,
        new UUID(1, 2),
        3,
        4096,
        0,
        "name",
        erase,
        512,
        VolumeSlot.Use.NONE);
  }

  private static Map<String, Integer> ordinals(Enum<?>[] values) {
    Map<String, Integer> ordinals = new LinkedHashMap<>();
    for (Enum<?> value : values) {
      ordinals.put(value.name(), value.ordinal());
    }
    return ordinals;
  }

  private int at(String table, String field) {
    return page.field(table, field).at();
  }

  /** The table has these fields, one behind the other, and no word of a slot but theirs. */
  private void assertFields(String table, int words, String... names) {
    List<Field> fields = page.fields(table);
    assertThat(fields).hasSameSizeAs(names);
    for (int i = 0; i < names.length; i++) {
      assertThat(fields.get(i).what()).startsWith(names[i]);
    }
    page.requireNoGaps(table);
    assertThat(fields.get(names.length - 1).end()).isEqualTo(words);
  }
}
