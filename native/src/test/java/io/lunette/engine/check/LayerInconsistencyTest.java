/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.Breakage.how;
import static io.lunette.engine.check.OnDisk.GLOBALS;
import static io.lunette.engine.check.OnDisk.LAYER_KEY;
import static io.lunette.engine.check.OnDisk.LAYER_PARENT;
import static io.lunette.engine.check.OnDisk.LAYER_STATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.engine.format.Globals;
import io.lunette.engine.format.LayerSlot;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Makes the slots of layers disagree with themselves, and with what lies on them, where no checksum
 * tells of it, and sees the check say exactly that.
 */
class LayerInconsistencyTest {

  @TempDir static Path directory;

  private static PoolAtRest sound;

  @BeforeAll
  static void makePool() throws Exception {
    sound = PoolAtRest.create(directory.resolve("sound"));
    sound.work();
  }

  static Stream<Named<Breakage>> ways() {
    return Stream.of(ofSlots(), ofChains()).flatMap(List::stream);
  }

  private static List<Named<Breakage>> ofSlots() {
    return List.of(
        how(
            "a number never given out",
            pool -> {
              long layer = pool.volume("clone").layer();
              pool.set(GLOBALS, 0, Globals.NEXT_LAYER, layer);
              return "layer " + layer + ": its number was never given out";
            }),
        how(
            "an unknown state",
            pool -> {
              long layer = pool.volume("clone").layer();
              pool.setLayer(layer, LAYER_STATE, 7);
              return "slot " + layer + " of LAYERS: layer slot of unknown state 7";
            }),
        how(
            "a key without a record",
            pool -> {
              long layer = pool.volume("clone").layer();
              pool.setLayer(layer, LAYER_KEY, 0xABC);
              return "layer " + layer + ": is enciphered by key abc, whose record is lost";
            }),
        how(
            "two that hold the keys",
            pool -> {
              long younger = pool.volume("clone").layer();
              pool.setLayer(pool.volume("image").layer(), LAYER_STATE, 1 << 10 | 2);
              pool.setLayer(younger, LAYER_STATE, 1 << 10 | 1);
              return "layer " + younger + ": holds keys, as another layer does";
            }),
        how(
            "a count of mapped extents",
            pool -> {
              PoolDump.LayerView layer = pool.layer(pool.volume("clone").layer());
              pool.setLayer(layer.id(), LayerSlot.OWNED_EXTENTS, 77);
              return "layer "
                  + layer.id()
                  + ": its slot counts 77 extents mapped, there are "
                  + layer.mappedExtents();
            }),
        how(
            "a count of dropped extents",
            pool -> {
              PoolDump.LayerView layer = pool.layer(pool.volume("clone").layer());
              pool.setLayer(layer.id(), LayerSlot.DROPPED_EXTENTS, 77);
              return "layer "
                  + layer.id()
                  + ": its slot counts 77 extents dropped, there are "
                  + layer.droppedExtents();
            }),
        how(
            "an end before the last dropped extent",
            pool -> {
              PoolDump.LayerView layer = pool.layer(pool.volume("clone").layer());
              pool.setLayer(layer.id(), LayerSlot.DROPPED_END, 1);
              return "layer "
                  + layer.id()
                  + ": its slot ends the dropped extents at number 1, there are some up to "
                  + layer.droppedExtents();
            }));
  }

  private static List<Named<Breakage>> ofChains() {
    return List.of(
        how(
            "a layer that no volume reads",
            pool -> {
              long layer = pool.volume("clone").layer();
              pool.forget(pool.volume("clone"));
              return "layer " + layer + ": is WRITABLE, and no volume reads it";
            }),
        how(
            "a layer that only such a one lies on",
            pool -> {
              long layer = pool.volume("snapshot").layer();
              pool.forget(pool.volume("clone"));
              pool.forget(pool.volume("snapshot"));
              return "layer " + layer + ": is FROZEN, and no volume reads it";
            }),
        how(
            "a parent that does not exist",
            pool -> {
              long layer = pool.volume("clone").layer();
              pool.setLayer(layer, LAYER_PARENT, 999);
              return "layer " + layer + ": lies on layer 999, which does not exist";
            }),
        how(
            "a parent that is younger, and a circle",
            pool -> {
              long child = pool.volume("clone").layer();
              long parent = pool.volume("snapshot").layer();
              pool.setLayer(parent, LAYER_PARENT, child);
              return "layer " + parent + ": lies on layer " + child + ", which is younger";
            }),
        how(
            "a layer that is written to and lain on",
            pool -> {
              long layer = pool.volume("image").layer();
              pool.setLayer(layer, LAYER_STATE, LayerSlot.State.WRITABLE.ordinal());
              return "layer " + layer + ": is writable, but layers lie on it";
            }),
        how(
            "a layer that is released and lain on",
            pool -> {
              long layer = pool.volume("image").layer();
              pool.setLayer(layer, LAYER_STATE, LayerSlot.State.RELEASED.ordinal());
              return "layer " + layer + ": is released, but layers lie on it";
            }));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void everyInconsistencyHasItsLine(Breakage breakage) throws Exception {
    BrokenPool broken = BrokenPool.of(sound, directory);

    String line = breakage.in(broken);

    assertThat(broken.lines()).contains(line);
  }
}
