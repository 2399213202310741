/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What changes the layers that a volume is made of: snapshot, roll-back, erase, and what becomes of
 * layers that nothing reads any more. In memory and in the records of the next commit, as in {@link
 * VolumeTable}.
 *
 * <p>A merge counts as a write ({@link LayerMerge}): what it has written and not recorded yet a
 * released layer would not know of, and keep from the scrubber.
 */
final class VolumeLineage {

  private final Pool pool;
  private final Metadata metadata;
  private final VolumeDirectory directory;

  VolumeLineage(Pool pool) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.directory = pool.directory;
  }

  VolumeInfo snapshot(VolumeName source, VolumeName snapshot)
      throws IOException, VolumeException, BlockException {
    Volume volume = directory.locked(() -> directory.get(source));
    return pool.ends.whileNobodyWrites(
        volume,
        () -> {
          directory.requireHeld(volume);
          Volume existing = metadata.chains.volume(snapshot.value());
          if (existing != null) {
            if (isSnapshotOf(volume, existing)) {
              return directory.info(existing);
            }
            throw VolumeDirectory.conflict(snapshot);
          }
          VolumeDirectory.requireWritable(volume);
          VolumeDirectory.requireRoomForSnapshot(volume);
          Layer frozen = volume.top;
          metadata.chains.setState(frozen, LayerSlot.State.FROZEN);
          Layer top =
              metadata.chains.createLayer(frozen, frozen.slot.sizeBytes(), volume.id, frozen.key());
          metadata.chains.update(
              volume,
              VolumeDirectory.with(volume, VolumeSlot.State.WRITABLE, top, volume.slot.sizeBytes()),
              top);
          Volume made =
              directory.newVolume(
                  snapshot,
                  frozen,
                  volume.slot.sizeBytes(),
                  volume.slot.blockBytes(),
                  volume.id,
                  VolumeSlot.State.SEALED);
          if (volume.device != null) {
            volume.device.setTop(top, false);
          }
          return directory.info(made);
        });
  }

  /** A clone that was sealed has the same origin, but what it has was written by itself. */
  private static boolean isSnapshotOf(Volume volume, Volume other) {
    return other.slot.origin() == volume.id
        && other.slot.state() == VolumeSlot.State.SEALED
        && other.top.slot.volume() == volume.id;
  }

  VolumeInfo rollback(VolumeName name, VolumeName snapshot)
      throws IOException, VolumeException, BlockException {
    Volume volume = directory.locked(() -> directory.get(name));
    return directory.whileNobodyWrites(
        volume,
        () -> {
          directory.requireHeld(volume);
          Volume past = directory.get(snapshot);
          VolumeDirectory.requireClosed(volume);
          VolumeDirectory.requireWritable(volume);
          if (!isSnapshotOf(volume, past)) {
            throw new VolumeException(
                VolumeException.Kind.INVALID, snapshot + " is not a snapshot of " + name);
          }
          Layer old = volume.top;
          Layer top =
              metadata.chains.createLayer(past.top, past.slot.sizeBytes(), volume.id, old.key());
          metadata.chains.update(
              volume,
              VolumeDirectory.with(volume, VolumeSlot.State.WRITABLE, top, past.slot.sizeBytes()),
              top);
          releaseAndEnqueue(old);
          return directory.info(volume);
        });
  }

  /** A volume with a key gets another: the one it had goes with what was written by it. */
  EraseJob erase(VolumeName name, EraseRequest request)
      throws IOException, VolumeException, BlockException {
    NewKeys keys = NewKeys.forErase(pool.keys, keysFor(name, request));
    try {
      return erase(name, request, keys);
    } finally {
      keys.close();
    }
  }

  /** How many an erase takes; one that goes on with what was released before has its key. */
  private int keysFor(VolumeName name, EraseRequest request)
      throws IOException, VolumeException, BlockException {
    return directory.locked(
        () -> {
          Volume volume = directory.get(name);
          boolean keyed = volume.top.key() != null;
          if (!keyed && request.method() == EraseMethod.CRYPTO) {
            throw new VolumeException(
                VolumeException.Kind.UNSUPPORTED,
                "volume " + name + " has no key to destroy: use " + EraseMethod.ZERO_FILL.label());
          }
          // Who only asks how it ended needs no key, nor a turn that may be refused by now.
          boolean begins =
              keyed
                  && pool.scrubber.endedJob(volume, request) == null
                  && (volume.slot.state() == VolumeSlot.State.WRITABLE
                      || volume.slot.state() == VolumeSlot.State.QUARANTINED);
          if (begins && request.method() == EraseMethod.CRYPTO) {
            pool.keys.requireTurnable();
          }
          return begins && !isReleasedBefore(volume) ? 1 : 0;
        });
  }

  private EraseJob erase(VolumeName name, EraseRequest request, NewKeys keys)
      throws IOException, VolumeException, BlockException {
    Volume volume = directory.locked(() -> directory.get(name));
    return directory.whileNobodyWrites(
        volume,
        () -> {
          directory.requireHeld(volume);
          if (volume.slot.state() == VolumeSlot.State.ERASING) {
            return pool.scrubber.job(volume);
          }
          VolumeDirectory.requireClosed(volume);
          if (volume.slot.state() == VolumeSlot.State.SEALED
              || volume.slot.state() == VolumeSlot.State.COPYING) {
            throw new VolumeException(
                VolumeException.Kind.BUSY,
                "volume " + name + " is " + volume.slot.state() + ": delete it instead");
          }
          EraseJob ended = pool.scrubber.endedJob(volume, request);
          if (ended != null) {
            // An erase by key ends before what it released is scrubbed, which may have failed
            // since.
            requeue(volume);
            return ended;
          }
          boolean hasFailed = volume.slot.state() == VolumeSlot.State.QUARANTINED;
          VolumeSlot.Erase before = pool.scrubber.beforeErase(volume);
          long key = volume.top.slot.key();
          // Of a quarantined volume too: the release of its empty top is what the erase ends with
          // if nothing else is left of it.
          if (!isReleasedBefore(volume)) {
            replaceTop(volume, keys);
          }
          requeue(volume);
          long layer = volume.slot.topLayer();
          long now = pool.clock.millis();
          VolumeSlot.Erase erase =
              hasFailed
                  ? EraseTerms.afterFailure(before, request, layer, now)
                  : EraseTerms.begin(request, layer, now, key, before);
          metadata.chains.update(
              volume, volume.slot.erasing(VolumeSlot.State.ERASING, erase), volume.top);
          return pool.scrubber.job(volume);
        });
  }

  /**
   * Whether all that an erase is of was released by one before, which failed. One that is asked for
   * again and again, as for want of space, adds no layer each time: nobody opens a quarantined
   * volume.
   */
  private boolean isReleasedBefore(Volume volume) throws VolumeException {
    Layer top = volume.top;
    return volume.slot.state() == VolumeSlot.State.QUARANTINED
        && top.parent == baseOf(volume)
        && top.isEmpty()
        && (top.key() == null || top.key().trouble() == null)
        && !metadata.chains.released(volume.id).isEmpty();
  }

  /** Gives the volume an empty layer on its origin and releases all that it wrote. */
  private void replaceTop(Volume volume, NewKeys keys) throws IOException, VolumeException {
    Layer base = baseOf(volume);
    Layer old = volume.top;
    DataKey key = keys.take(old.key() != null);
    Layer top = metadata.chains.createLayer(base, volume.slot.sizeBytes(), volume.id, key);
    metadata.chains.update(
        volume,
        VolumeDirectory.with(volume, volume.slot.state(), top, volume.slot.sizeBytes()),
        top);
    releaseAndEnqueue(old);
  }

  /** What the volume lies on, or null; throws if somebody else needs what lies above it. */
  static Layer baseOf(Volume volume) throws VolumeException {
    Layer base = volume.top;
    while (base != null && base.slot.volume() == volume.id) {
      if (base != volume.top && (base.owner != null || base.children > 1)) {
        throw new VolumeException(
            VolumeException.Kind.BUSY,
            "volume "
                + volume.name()
                + " has snapshots or clones that hold what was written to it: delete them first");
      }
      base = base.parent;
    }
    return base;
  }

  /** Has all scrubbed that the volume released, also what failed before. */
  void requeue(Volume volume) {
    metadata.chains.released(volume.id).forEach(pool.scrubber::enqueue);
  }

  /** Gives up a layer that nothing reads any more, and has all that goes with it scrubbed. */
  void releaseAndEnqueue(Layer layer) throws IOException {
    Layer below = layer;
    List<Layer> chain = new ArrayList<>();
    while (below != null) {
      chain.add(below);
      below = below.parent;
    }
    metadata.chains.release(layer);
    pool.merger.chainsChanged();
    for (Layer one : chain) {
      if (one.slot.state() == LayerSlot.State.RELEASED) {
        pool.scrubber.enqueue(one);
      }
    }
  }
}
