/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.OnDisk.LAYERS;
import static io.lunette.engine.check.OnDisk.VOLUMES;

import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import java.nio.file.Path;
import java.util.List;

/**
 * A pool whose words are being changed.
 *
 * @param before what it was
 */
record BrokenPool(PoolAtRest pool, PoolAtRest before) {

  /** A copy to be broken, in place of the one before. */
  static BrokenPool of(PoolAtRest sound, Path directory) throws Exception {
    return new BrokenPool(sound.copyTo(directory.resolve("broken")), sound);
  }

  PoolDump.VolumeView volume(String name) throws Exception {
    return before.volume(name);
  }

  PoolDump.LayerView layer(long id) throws Exception {
    return before.layer(id);
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

  /** What a check says of it. */
  List<String> lines() throws Exception {
    return PoolCheck.check(pool.file()).problems().stream().map(PoolProblem::toString).toList();
  }

  /** What a line calls a volume. */
  static String place(PoolDump.VolumeView volume) {
    return "volume " + volume.name() + " (" + volume.id() + ")";
  }

  /** What a line calls an extent. */
  static String extent(long extent) {
    return "extent " + extent + " at byte " + extent * PoolLayout.EXTENT_BYTES;
  }
}
