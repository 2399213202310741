/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.Breakage.how;
import static io.lunette.engine.check.BrokenPool.extent;
import static io.lunette.engine.check.OnDisk.DROPPED;
import static io.lunette.engine.check.OnDisk.MAP;
import static io.lunette.engine.check.OnDisk.METADATA;
import static io.lunette.engine.check.OnDisk.SPACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Makes it disagree who has an extent where no checksum tells of it, in every way that there is,
 * and sees the check say exactly that.
 */
class SpaceInconsistencyTest {

  /** An extent that no pool of a test has. */
  private static final long OUTSIDE = 99_999;

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

  static List<Named<Breakage>> ways() {
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
    BrokenPool broken = BrokenPool.of(sound, directory);

    String line = breakage.in(broken);

    assertThat(broken.lines()).contains(line);
  }

  @Test
  void anExtentThatIsOwnedAndReservedHasItsLine() throws Exception {
    BrokenPool broken = BrokenPool.of(reserving, directory);
    long reserved = reservedExtent();

    broken.set(MAP, broken.volume("image").layer(), 500, MapEntry.of(reserved, 1));

    assertThat(broken.lines()).contains(extent(reserved) + ": owned and reserved at once");
  }

  @Test
  void anExtentThatIsReservedAndMarkedCleanHasItsLine() throws Exception {
    BrokenPool broken = BrokenPool.of(reserving, directory);
    long reserved = reservedExtent();
    int word = (int) (reserved / 64);

    broken.set(SPACE, 0, word, broken.get(SPACE, 0, word) & ~(1L << reserved));

    assertThat(broken.lines()).contains(extent(reserved) + ": reserved, but marked CLEAN");
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
}
