/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.Breakage.how;
import static io.lunette.engine.check.BrokenPool.place;
import static io.lunette.engine.check.OnDisk.GLOBALS;
import static io.lunette.engine.check.OnDisk.LAYER_SIZE;
import static io.lunette.engine.check.OnDisk.VOLUME_BLOCK_BYTES;
import static io.lunette.engine.check.OnDisk.VOLUME_LAYER;
import static io.lunette.engine.check.OnDisk.VOLUME_NAME;
import static io.lunette.engine.check.OnDisk.VOLUME_NAME_BYTES;
import static io.lunette.engine.check.OnDisk.VOLUME_SIZE;
import static io.lunette.engine.check.OnDisk.VOLUME_STATE;
import static io.lunette.engine.check.OnDisk.VOLUME_UUID;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.engine.format.Globals;
import io.lunette.engine.format.VolumeSlot;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Makes the slots of volumes disagree with themselves, and with their layers, where no checksum
 * tells of it, and sees the check say exactly that.
 */
class VolumeInconsistencyTest {

  @TempDir static Path directory;

  private static PoolAtRest sound;

  @BeforeAll
  static void makePool() throws Exception {
    sound = PoolAtRest.create(directory.resolve("sound"));
    sound.work();
  }

  static List<Named<Breakage>> ways() {
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

  @ParameterizedTest
  @MethodSource("ways")
  void everyInconsistencyHasItsLine(Breakage breakage) throws Exception {
    BrokenPool broken = BrokenPool.of(sound, directory);

    String line = breakage.in(broken);

    assertThat(broken.lines()).contains(line);
  }
}
