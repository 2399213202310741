/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.CrashModel.Content;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.map.PageCache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;

/**
 * What a {@link CrashLife} remembers of its volumes while it goes on: which are open, what was
 * written to each since it was made or erased, what each snapshot was made of. Every change is told
 * to the model before and after.
 */
final class LifeBooks {

  static final int MAX_VOLUMES = 8;
  static final int MAX_EXTENTS = 6;
  private static final int CACHE_BYTES = 1 << 20;
  static final int SECTOR = CrashModel.SECTOR;
  static final int BLOCK_SECTORS = PoolLayout.BLOCK_BYTES / SECTOR;

  final EngineVolumeDriver driver;
  final RecordingDevice device;
  final CrashModel model;
  final Random random;
  final Map<String, BlockDevice> open = new HashMap<>();

  /** Stamps written to each volume since it was made or erased, and those it was cloned with. */
  final Map<String, BitSet> stamps = new HashMap<>();

  /** All stamps that each volume has ever shown, in this life and in those before it. */
  private final Map<String, BitSet> everShown = new HashMap<>();

  /** What each dependent clone was made with. */
  final Map<String, int[]> origins = new HashMap<>();

  /** The volume that each snapshot was made of. */
  final Map<String, String> snapshots = new HashMap<>();

  int lastStamp;
  int lastVolume;

  /** The last that was written before this life. */
  private int stampsBefore;

  LifeBooks(EngineVolumeDriver driver, RecordingDevice device, CrashModel model, Random random) {
    this.driver = driver;
    this.device = device;
    this.model = model;
    this.random = random;
  }

  /** Goes on from the books of a life that a crash ended, whichever of its volumes are left. */
  void goOnFrom(LifeBooks before) {
    lastStamp = before.lastStamp;
    lastVolume = before.lastVolume;
    stampsBefore = lastStamp;
    origins.putAll(before.origins);
    snapshots.putAll(before.snapshots);
    before.everShown.forEach((name, had) -> everShown.put(name, (BitSet) had.clone()));
    model.now.keySet().forEach(name -> stamps.put(name, new BitSet()));
  }

  interface Change {
    void make() throws Exception;
  }

  /** A change that is durable when it returns. {@code told} says to the model what it does. */
  void change(String what, Change change, Runnable told) throws Exception {
    int start = device.calls();
    try {
      change.make();
    } catch (VolumeException | ExecutionException e) {
      if (e instanceof VolumeException refusal && refusal.kind() == VolumeException.Kind.BUSY) {
        return;
      }
      told.run();
      model.leaveOpen(what, start);
      throw e;
    }
    told.run();
    model.acknowledge(what, start, device.calls());
  }

  void add(String name, Content content) {
    model.now.put(name, content);
    stamps.put(name, new BitSet());
    everShown.put(name, new BitSet());
    Arrays.stream(content.stamps()).forEach(everShown.get(name)::set);
  }

  void wrote(String name, int stamp) {
    stamps.get(name).set(stamp);
    everShown.get(name).set(stamp);
  }

  String any(boolean sealed) {
    List<String> names = new ArrayList<>();
    model.now.forEach(
        (name, content) -> {
          if (content.sealed() == sealed) {
            names.add(name);
          }
        });
    return names.isEmpty() ? null : names.get(random.nextInt(names.size()));
  }

  BlockDevice opened(String name) throws VolumeException {
    BlockDevice volume = open.get(name);
    if (volume == null) {
      volume = driver.open(new VolumeName(name), AccessMode.READ_WRITE);
      open.put(name, volume);
    }
    return volume;
  }

  void close(String name) throws BlockException {
    BlockDevice volume = open.remove(name);
    if (volume != null) {
      volume.close();
    }
  }

  /** The key that a volume writes by, as the device has it; 0 if it has none. */
  long keyOf(String name) {
    try {
      Metadata metadata = PoolState.read(device.copy(), new PageCache(CACHE_BYTES)).metadata();
      return metadata.chains.volume(name).top.slot.key();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Notes that of the key that a volume had there is no record on the device, if it has another.
   */
  void forgetKey(String name, long before) {
    if (before != 0 && before != keyOf(name)) {
      model.destroyed.add(before);
    }
  }

  /**
   * Notes that these stamps of a volume are on the device no more, but for those that a volume
   * shows and those that another one has had, which may have given them up and not erased them.
   */
  void forget(String name, BitSet gone) {
    for (Content content : model.now.values()) {
      Arrays.stream(content.stamps()).forEach(gone::clear);
    }
    stamps.forEach(
        (other, had) -> {
          if (!other.equals(name)) {
            gone.andNot(had);
          }
        });
    gone.clear(0, stampsBefore + 1);
    model.erased.or(gone);
    forgetBefore(name);
  }

  /**
   * The same of what was written before the crash that this life began with, and acknowledged or
   * not: what no other volume has ever shown.
   */
  void forgetBefore(String name) {
    BitSet gone = everShown.get(name).get(0, stampsBefore + 1);
    everShown.forEach(
        (other, shown) -> {
          if (!other.equals(name)) {
            gone.andNot(shown);
          }
        });
    for (Content content : model.now.values()) {
      Arrays.stream(content.stamps()).forEach(gone::clear);
    }
    model.erased.or(gone);
  }
}
