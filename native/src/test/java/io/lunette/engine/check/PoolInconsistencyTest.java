/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.Globals;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Makes metadata disagree with itself where no checksum tells of it, in every way that there is,
 * and sees the check say exactly that.
 */
class PoolInconsistencyTest {

  private static final int VOLUMES = 1;
  private static final int LAYERS = 2;
  private static final int SPACE = 3;
  private static final int METADATA = 5;
  private static final int GLOBALS = 6;
  private static final int MAP = 16;
  private static final int DROPPED = 17;

  /** An extent that no pool of a test has. */
  private static final long OUTSIDE = 99_999;

  // Words of slots, as docs/on-disk-format.md has them.
  private static final int LAYER_STATE = 0;
  private static final int LAYER_PARENT = 1;
  private static final int LAYER_SIZE = 2;
  private static final int LAYER_KEY = 4;
  private static final int VOLUME_STATE = 0;
  private static final int VOLUME_UUID = 1;
  private static final int VOLUME_LAYER = 3;
  private static final int VOLUME_SIZE = 4;
  private static final int VOLUME_NAME_BYTES = 6;
  private static final int VOLUME_NAME = 7;
  private static final int VOLUME_BLOCK_BYTES = 31;

  @TempDir static Path directory;

  private static PoolAtRest sound;
  private static PoolAtRest reserving;

  @BeforeAll
  static void makePools() throws Exception {
    sound = PoolAtRest.create(directory.resolve("sound"));
    sound.work();
    reserving = reserving();
  }

  /** As a crash leaves it: the last checkpoint says that extents are reserved. */
  private static PoolAtRest reserving() throws Exception {
    PoolAtRest open = sound.copyTo(directory.resolve("open"));
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(open.file(), Clock.systemUTC())) {
      PoolAtRest.fill(driver, new VolumeName("clone"), 35);
      // Growing makes checkpoints.
      driver.grow(300 << 20);
      return open.copyTo(directory.resolve("reserving"));
    }
  }

  /** Breaks something, and returns the line that a check must have. */
  private interface Breakage {
    String in(Broken pool) throws Exception;
  }

  private static Named<Breakage> how(String name, Breakage breakage) {
    return Named.of(name, breakage);
  }

  static Stream<Named<Breakage>> ways() {
    return Stream.of(ofVolumes(), ofLayers(), ofChains(), ofSpace()).flatMap(List::stream);
  }

  private static List<Named<Breakage>> ofVolumes() {
    return List.of(
        how(
            "no name",
            pool -> {
              PoolDump.VolumeView clone = pool.volume("clone");
              pool.setVolume(clone, VOLUME_NAME_BYTES, 0);
              return "volume  (" + clone.id() + "): has no name";
            }),
        how(
            "two of one name",
            pool -> {
              PoolDump.VolumeView snapshot = pool.volume("snapshot");
              pool.setVolume(snapshot, VOLUME_NAME_BYTES, 5);
              pool.setVolume(snapshot, VOLUME_NAME, 0x65_6E_6F_6C_63L);
              return "volume clone (" + snapshot.id() + "): another volume has the same name";
            }),
        how(
            "two of one UUID",
            pool -> {
              PoolDump.VolumeView snapshot = pool.volume("snapshot");
              UUID uuid = UUID.fromString(pool.volume("image").uuid());
              pool.setVolume(snapshot, VOLUME_UUID, uuid.getMostSignificantBits());
              pool.setVolume(snapshot, VOLUME_UUID + 1, uuid.getLeastSignificantBits());
              return place(snapshot) + ": another volume has the same UUID";
            }),
        how(
            "a number never given out",
            pool -> {
              pool.set(GLOBALS, 0, Globals.NEXT_VOLUME, pool.volume("snapshot").id());
              return place(pool.volume("snapshot")) + ": its number was never given out";
            }),
        how(
            "a size that is not in blocks",
            pool -> {
              pool.setVolume(pool.volume("clone"), VOLUME_SIZE, 1000);
              return place(pool.volume("clone")) + ": has a size of 1000 bytes";
            }),
        how(
            "an unknown state",
            pool -> {
              PoolDump.VolumeView clone = pool.volume("clone");
              pool.setVolume(clone, VOLUME_STATE, 9);
              return "slot " + clone.id() + " of VOLUMES: volume slot of unknown state 9";
            }),
        how(
            "a name that is too long",
            pool -> {
              PoolDump.VolumeView clone = pool.volume("clone");
              pool.setVolume(clone, VOLUME_NAME_BYTES, 129);
              return "slot " + clone.id() + " of VOLUMES: volume slot with a name of 129 bytes";
            }),
        how(
            "logical blocks of another size",
            pool -> {
              PoolDump.VolumeView clone = pool.volume("clone");
              pool.setVolume(clone, VOLUME_BLOCK_BYTES, 1024);
              return "slot "
                  + clone.id()
                  + " of VOLUMES: volume slot with logical blocks of 1024 bytes";
            }),
        how(
            "a layer that does not exist",
            pool -> {
              pool.setVolume(pool.volume("clone"), VOLUME_LAYER, 999);
              return place(pool.volume("clone")) + ": its layer 999 does not exist";
            }),
        how(
            "the layer of another volume",
            pool -> {
              PoolDump.VolumeView image = pool.volume("image");
              pool.setVolume(pool.volume("snapshot"), VOLUME_LAYER, image.layer());
              return place(pool.volume("snapshot"))
                  + ": has the layer "
                  + image.layer()
                  + " of "
                  + place(image);
            }),
        how(
            "another state than its layer",
            pool -> {
              PoolDump.VolumeView image = pool.volume("image");
              pool.setVolume(image, VOLUME_STATE, VolumeSlot.State.WRITABLE.ordinal());
              return place(image) + ": is WRITABLE, but its layer " + image.layer() + " is FROZEN";
            }),
        how(
            "another size than its layer",
            pool -> {
              PoolDump.VolumeView clone = pool.volume("clone");
              pool.setLayer(clone.layer(), LAYER_SIZE, 4096);
              return place(clone) + ": has " + clone.sizeBytes() + " bytes, its layer 4096";
            }));
  }

  private static List<Named<Breakage>> ofLayers() {
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

  private static List<Named<Breakage>> ofSpace() {
    return List.of(
        how(
            "a word beyond the end of the pool",
            pool -> {
              pool.set(SPACE, 0, 100, 1);
              return "word 100 of SPACE: lies beyond the end of the pool";
            }),
        how(
            "an extent that nothing owns",
            pool -> {
              pool.set(SPACE, 0, 40, 0b1000);
              return extent(40 * 64 + 3) + ": in use, but nothing owns them";
            }),
        how(
            "extents that nothing owns",
            pool -> {
              pool.set(SPACE, 0, 40, 0b11000);
              return "extents 2563 to 2564 (2) at byte "
                  + 2563L * PoolLayout.EXTENT_BYTES
                  + ": in use, but nothing owns them";
            }),
        how(
            "an owned extent that is marked CLEAN",
            pool -> {
              long extent = pool.layer(pool.volume("clone").layer()).map().get(3).extent();
              int word = (int) (extent / 64);
              pool.set(SPACE, 0, word, pool.get(SPACE, 0, word) & ~(1L << extent));
              return extent(extent) + ": owned, but marked CLEAN";
            }),
        how(
            "an extent of two layers",
            pool -> {
              long image = pool.volume("image").layer();
              long clone = pool.volume("clone").layer();
              long extent = pool.layer(image).map().get(0).extent();
              pool.set(MAP, clone, 500, MapEntry.of(extent, 1));
              return extent(extent)
                  + ": owned more than once: by MAP of layer "
                  + image
                  + " at logical extent 0 and MAP of layer "
                  + clone
                  + " at logical extent 500";
            }),
        how(
            "a mapped extent outside of the pool",
            pool -> {
              long clone = pool.volume("clone").layer();
              pool.set(MAP, clone, 500, MapEntry.of(OUTSIDE, 1));
              return "MAP of layer "
                  + clone
                  + " at logical extent 500: names extent "
                  + OUTSIDE
                  + ", which is outside of the pool's data; lost, where no layer above holds them:"
                  + " bytes 32768000 to 32833535 of volume clone";
            }),
        how(
            "a dropped extent outside of the pool",
            pool -> {
              long clone = pool.volume("clone").layer();
              pool.set(DROPPED, clone, 1, MapEntry.of(OUTSIDE, 1));
              return "DROPPED of layer "
                  + clone
                  + ", number 1: names extent "
                  + OUTSIDE
                  + ", which is outside of the pool's data";
            }),
        how(
            "metadata outside of the pool",
            pool -> {
              pool.set(METADATA, 0, 300, OUTSIDE);
              return "metadata, number 300: names extent "
                  + OUTSIDE
                  + ", which is outside of the pool's data";
            }));
  }

  @Test
  void nothingIsWrongBeforehand() throws Exception {
    assertThat(PoolCheck.check(sound.file()).problems()).isEmpty();
    assertThat(PoolCheck.check(reserving.file()).problems()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void everyInconsistencyHasItsLine(Breakage breakage) throws Exception {
    Broken broken = new Broken(sound.copyTo(directory.resolve("broken")), sound);

    String line = breakage.in(broken);

    assertThat(lines(broken)).contains(line);
  }

  @Test
  void anExtentThatIsOwnedAndReservedHasItsLine() throws Exception {
    Broken broken = new Broken(reserving.copyTo(directory.resolve("broken")), reserving);
    long reserved = reservedExtent();

    broken.set(MAP, broken.volume("image").layer(), 500, MapEntry.of(reserved, 1));

    assertThat(lines(broken)).contains(extent(reserved) + ": owned and reserved at once");
  }

  @Test
  void anExtentThatIsReservedAndMarkedCleanHasItsLine() throws Exception {
    Broken broken = new Broken(reserving.copyTo(directory.resolve("broken")), reserving);
    long reserved = reservedExtent();
    int word = (int) (reserved / 64);

    broken.set(SPACE, 0, word, broken.get(SPACE, 0, word) & ~(1L << reserved));

    assertThat(lines(broken)).contains(extent(reserved) + ": reserved, but marked CLEAN");
  }

  private static List<String> lines(Broken broken) throws Exception {
    return PoolCheck.check(broken.pool.file()).problems().stream()
        .map(PoolProblem::toString)
        .toList();
  }

  private static long reservedExtent() throws Exception {
    return PoolDevices.read(
        reserving.file(), device -> firstOf(PoolExam.of(device).space().reserved()));
  }

  private static long firstOf(ExtentBits bits) {
    long extent = 0;
    while (!bits.contains(extent)) {
      extent++;
    }
    return extent;
  }

  private static String place(PoolDump.VolumeView volume) {
    return "volume " + volume.name() + " (" + volume.id() + ")";
  }

  private static String extent(long extent) {
    return "extent " + extent + " at byte " + extent * PoolLayout.EXTENT_BYTES;
  }

  /**
   * A pool whose words are being changed.
   *
   * @param before what it was
   */
  private record Broken(PoolAtRest pool, PoolAtRest before) {

    PoolDump.VolumeView volume(String name) throws Exception {
      return PoolDump.read(before.file(), false).volumes().stream()
          .filter(volume -> volume.name().equals(name))
          .findFirst()
          .orElseThrow();
    }

    PoolDump.LayerView layer(long id) throws Exception {
      return PoolDump.read(before.file(), true).layers().stream()
          .filter(layer -> layer.id() == id)
          .findFirst()
          .orElseThrow();
    }

    long get(int kind, long layer, int index) throws Exception {
      return pool.word(pool.newestLeaf(kind, layer), index);
    }

    void set(int kind, long layer, int index, long word) throws Exception {
      pool.rewriteWord(pool.newestLeaf(kind, layer), index, word);
    }

    void setVolume(PoolDump.VolumeView volume, int word, long value) throws Exception {
      set(VOLUMES, 0, (int) VolumeSlot.index(volume.id()) + word, value);
    }

    void setLayer(long layer, int word, long value) throws Exception {
      set(LAYERS, 0, (int) LayerSlot.index(layer) + word, value);
    }

    /** Has there be no such volume. */
    void forget(PoolDump.VolumeView volume) throws Exception {
      pool.forgetVolume(volume.id());
    }
  }
}
