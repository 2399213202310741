/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.PoolSpace;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What can be done with volumes, in memory and in the records of the next commit; the caller makes
 * it durable. Each operation is one hold of the metadata's lock, so it is one group of the journal.
 */
final class VolumeTable {

  /** Volumes cloned in one hold of the lock, so that one commit never outgrows the journal. */
  private static final int CLONE_BATCH = 256;

  private final Pool pool;
  private final Metadata metadata;

  VolumeTable(Pool pool) {
    this.pool = pool;
    this.metadata = pool.metadata;
  }

  private interface Step<T> {
    T run() throws IOException, VolumeException, BlockException;
  }

  private <T> T locked(Step<T> step) throws IOException, VolumeException, BlockException {
    metadata.lock.lock();
    try {
      return step.run();
    } finally {
      metadata.lock.unlock();
    }
  }

  VolumeInfo create(VolumeName name, long sizeBytes)
      throws IOException, VolumeException, BlockException {
    requireSize(sizeBytes);
    return locked(
        () -> {
          Volume existing = metadata.volume(name.value());
          if (existing != null) {
            if (existing.slot.sizeBytes() == sizeBytes
                && existing.slot.origin() == 0
                && existing.slot.state() == VolumeSlot.State.WRITABLE) {
              return info(existing);
            }
            throw conflict(name);
          }
          Layer layer = metadata.createLayer(null, sizeBytes, metadata.nextVolumeId());
          return info(newVolume(name, layer, sizeBytes, 0, VolumeSlot.State.WRITABLE));
        });
  }

  List<VolumeInfo> clone(VolumeName source, List<VolumeName> names)
      throws IOException, VolumeException, BlockException {
    List<VolumeInfo> made = new ArrayList<>();
    for (int from = 0; from < names.size(); from += CLONE_BATCH) {
      List<VolumeName> batch = names.subList(from, Math.min(names.size(), from + CLONE_BATCH));
      pool.log.throttle();
      made.addAll(locked(() -> cloneBatch(source, batch)));
    }
    return made;
  }

  private List<VolumeInfo> cloneBatch(VolumeName source, List<VolumeName> names)
      throws IOException, VolumeException {
    Volume origin = get(source);
    if (origin.slot.state() != VolumeSlot.State.SEALED) {
      throw new VolumeException(
          VolumeException.Kind.BUSY,
          "volume " + source + " is not sealed: seal or snapshot it first");
    }
    for (VolumeName name : names) {
      Volume existing = metadata.volume(name.value());
      if (existing != null && existing.slot.origin() != origin.id) {
        throw conflict(name);
      }
    }
    long size = origin.slot.sizeBytes();
    List<VolumeInfo> made = new ArrayList<>();
    for (VolumeName name : names) {
      Volume volume = metadata.volume(name.value());
      if (volume == null) {
        Layer layer = metadata.createLayer(origin.top, size, metadata.nextVolumeId());
        volume = newVolume(name, layer, size, origin.id, VolumeSlot.State.WRITABLE);
      }
      made.add(info(volume));
    }
    return made;
  }

  VolumeInfo seal(VolumeName name) throws IOException, VolumeException, BlockException {
    Volume volume = locked(() -> get(name));
    return whileNobodyWrites(
        volume,
        () -> {
          Volume now = get(name);
          if (now.slot.state() != VolumeSlot.State.SEALED) {
            requireWritable(now);
            metadata.setState(now.top, LayerSlot.State.FROZEN);
            metadata.update(
                now, with(now, VolumeSlot.State.SEALED, now.top, now.slot.sizeBytes()), now.top);
            if (now.device != null) {
              now.device.setTop(now.top, true);
            }
          }
          return info(now);
        });
  }

  VolumeInfo snapshot(VolumeName source, VolumeName snapshot)
      throws IOException, VolumeException, BlockException {
    Volume volume = locked(() -> get(source));
    return whileNobodyWrites(
        volume,
        () -> {
          Volume now = get(source);
          Volume existing = metadata.volume(snapshot.value());
          if (existing != null) {
            if (existing.slot.origin() == now.id
                && existing.slot.state() == VolumeSlot.State.SEALED) {
              return info(existing);
            }
            throw conflict(snapshot);
          }
          requireWritable(now);
          Layer frozen = now.top;
          metadata.setState(frozen, LayerSlot.State.FROZEN);
          Layer top = metadata.createLayer(frozen, frozen.slot.sizeBytes(), now.id);
          metadata.update(
              now, with(now, VolumeSlot.State.WRITABLE, top, now.slot.sizeBytes()), top);
          Volume made =
              newVolume(snapshot, frozen, now.slot.sizeBytes(), now.id, VolumeSlot.State.SEALED);
          if (now.device != null) {
            now.device.setTop(top, false);
          }
          return info(made);
        });
  }

  VolumeInfo rollback(VolumeName name, VolumeName snapshot)
      throws IOException, VolumeException, BlockException {
    return locked(
        () -> {
          Volume volume = get(name);
          Volume past = get(snapshot);
          requireClosed(volume);
          requireWritable(volume);
          if (past.slot.origin() != volume.id
              || past.slot.state() != VolumeSlot.State.SEALED
              || past.top.slot.volume() != volume.id) {
            throw new VolumeException(
                VolumeException.Kind.INVALID, snapshot + " is not a snapshot of " + name);
          }
          Layer old = volume.top;
          Layer top = metadata.createLayer(past.top, past.slot.sizeBytes(), volume.id);
          metadata.update(
              volume, with(volume, VolumeSlot.State.WRITABLE, top, past.slot.sizeBytes()), top);
          releaseAndEnqueue(old);
          return info(volume);
        });
  }

  /**
   * What lies beyond the end of a volume is given up when it shrinks, and again before it grows: a
   * crash in the middle of the first never lets it show after the second.
   */
  VolumeInfo resize(VolumeName name, long sizeBytes)
      throws IOException, VolumeException, BlockException {
    requireSize(sizeBytes);
    Volume volume = locked(() -> get(name));
    VolumeDevice device = locked(() -> volume.device);
    if (device != null) {
      device.excludeWriters();
    }
    try {
      long oldSize = locked(() -> volume.slot.sizeBytes());
      VolumeIo io = new VolumeIo(pool.device, metadata, pool.allocator, pool.log);
      if (sizeBytes > oldSize) {
        io.zeroBeyond(volume.top, oldSize, sizeBytes);
        return locked(() -> setSize(name, sizeBytes));
      }
      VolumeInfo resized = locked(() -> setSize(name, sizeBytes));
      pool.log.commit();
      io.zeroBeyond(volume.top, sizeBytes, oldSize);
      return resized;
    } finally {
      if (device != null) {
        device.admitWriters();
      }
    }
  }

  private VolumeInfo setSize(VolumeName name, long sizeBytes) throws IOException, VolumeException {
    Volume volume = get(name);
    requireWritable(volume);
    metadata.setSize(volume.top, sizeBytes);
    metadata.update(
        volume, with(volume, VolumeSlot.State.WRITABLE, volume.top, sizeBytes), volume.top);
    if (volume.device != null) {
      volume.device.resize(sizeBytes);
    }
    return info(volume);
  }

  EraseJob erase(VolumeName name, EraseRequest request)
      throws IOException, VolumeException, BlockException {
    return locked(
        () -> {
          Volume volume = get(name);
          if (volume.slot.state() == VolumeSlot.State.ERASING) {
            return pool.scrubber.job(volume);
          }
          requireClosed(volume);
          if (volume.slot.state() == VolumeSlot.State.SEALED) {
            throw new VolumeException(
                VolumeException.Kind.BUSY, "volume " + name + " is sealed: delete it instead");
          }
          if (volume.slot.state() == VolumeSlot.State.QUARANTINED) {
            requeue(volume);
          } else {
            replaceTop(volume);
          }
          VolumeSlot.Erase erase =
              new VolumeSlot.Erase(
                  volume.slot.topLayer(),
                  request.method().ordinal(),
                  request.verify(),
                  0,
                  0,
                  0,
                  pool.clock.millis());
          metadata.update(
              volume, Scrubber.with(volume.slot, VolumeSlot.State.ERASING, erase), volume.top);
          return pool.scrubber.job(volume);
        });
  }

  /** Gives the volume an empty layer on its origin and releases all that it wrote. */
  private void replaceTop(Volume volume) throws IOException, VolumeException {
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
    Layer old = volume.top;
    Layer top = metadata.createLayer(base, volume.slot.sizeBytes(), volume.id);
    metadata.update(volume, with(volume, volume.slot.state(), top, volume.slot.sizeBytes()), top);
    releaseAndEnqueue(old);
  }

  /** Takes an erase up again that had failed. */
  private void requeue(Volume volume) {
    for (Layer layer : metadata.layers()) {
      if (layer.slot.volume() == volume.id && layer.slot.state() == LayerSlot.State.RELEASED) {
        pool.scrubber.enqueue(layer);
      }
    }
  }

  boolean delete(VolumeName name) throws IOException, VolumeException, BlockException {
    return locked(
        () -> {
          Volume volume = metadata.volume(name.value());
          if (volume == null) {
            return false;
          }
          requireClosed(volume);
          Layer top = volume.top;
          metadata.removeVolume(volume);
          if (top.children == 0) {
            releaseAndEnqueue(top);
          } else if (top.slot.state() == LayerSlot.State.WRITABLE) {
            metadata.setState(top, LayerSlot.State.FROZEN);
          }
          return true;
        });
  }

  private void releaseAndEnqueue(Layer layer) throws IOException {
    Layer below = layer;
    List<Layer> chain = new ArrayList<>();
    while (below != null) {
      chain.add(below);
      below = below.parent;
    }
    metadata.release(layer);
    for (Layer one : chain) {
      if (one.slot.state() == LayerSlot.State.RELEASED) {
        pool.scrubber.enqueue(one);
      }
    }
  }

  Optional<VolumeInfo> find(VolumeName name) {
    metadata.lock.lock();
    try {
      return Optional.ofNullable(metadata.volume(name.value())).map(this::info);
    } finally {
      metadata.lock.unlock();
    }
  }

  List<VolumeInfo> list() {
    metadata.lock.lock();
    try {
      return metadata.volumes().stream().map(this::info).toList();
    } finally {
      metadata.lock.unlock();
    }
  }

  BlockDevice open(VolumeName name, AccessMode mode) throws VolumeException {
    metadata.lock.lock();
    try {
      Volume volume = get(name);
      if (volume.slot.state() == VolumeSlot.State.ERASING
          || volume.slot.state() == VolumeSlot.State.QUARANTINED) {
        throw new VolumeException(
            VolumeException.Kind.BUSY,
            "volume " + name + " is " + volume.slot.state() + " and cannot be opened");
      }
      if (volume.device == null) {
        volume.device =
            new VolumeDevice(
                new VolumeIo(pool.device, metadata, pool.allocator, pool.log),
                pool.log,
                pool.io,
                volume.top,
                volume.slot.sizeBytes(),
                volume.slot.state() == VolumeSlot.State.SEALED);
      }
      volume.device.handles++;
      return new VolumeHandle(
          volume.device, name.value(), mode == AccessMode.READ_ONLY, () -> release(volume));
    } finally {
      metadata.lock.unlock();
    }
  }

  private void release(Volume volume) {
    metadata.lock.lock();
    try {
      volume.device.handles--;
      if (volume.device.handles == 0) {
        volume.device = null;
      }
    } finally {
      metadata.lock.unlock();
    }
  }

  PoolSpace space() {
    metadata.lock.lock();
    try {
      long owned = 0;
      long dirty = 0;
      for (Layer layer : metadata.layers()) {
        if (layer.slot.state() == LayerSlot.State.RELEASED) {
          dirty += layer.ownedExtents;
        } else {
          owned += layer.ownedExtents;
        }
        dirty += layer.droppedExtents;
      }
      long virtual = 0;
      for (Volume volume : metadata.volumes()) {
        virtual += volume.slot.sizeBytes();
      }
      long unit = PoolLayout.EXTENT_BYTES;
      return new PoolSpace(
          metadata.dataExtents() * unit,
          owned * unit,
          dirty * unit,
          metadata.metadataExtents() * unit,
          (pool.finder.available() + metadata.reservedExtents()) * unit,
          virtual);
    } finally {
      metadata.lock.unlock();
    }
  }

  /** A change under the lock while no write of the volume is under way, if it is open. */
  private <T> T whileNobodyWrites(Volume volume, Step<T> step)
      throws IOException, VolumeException, BlockException {
    VolumeDevice device = locked(() -> volume.device);
    if (device == null) {
      return locked(step);
    }
    device.excludeWriters();
    try {
      return locked(step);
    } finally {
      device.admitWriters();
    }
  }

  private Volume newVolume(
      VolumeName name, Layer top, long sizeBytes, long origin, VolumeSlot.State state)
      throws IOException {
    return metadata.createVolume(
        new VolumeSlot(
            state,
            UUID.randomUUID(),
            top.id,
            sizeBytes,
            origin,
            name.value(),
            VolumeSlot.Erase.NONE),
        top);
  }

  private static VolumeSlot with(Volume volume, VolumeSlot.State state, Layer top, long sizeBytes) {
    VolumeSlot slot = volume.slot;
    return new VolumeSlot(
        state, slot.uuid(), top.id, sizeBytes, slot.origin(), slot.name(), slot.erase());
  }

  private VolumeInfo info(Volume volume) {
    VolumeSlot slot = volume.slot;
    Volume origin = metadata.volume(slot.origin());
    return new VolumeInfo(
        new VolumeName(slot.name()),
        slot.uuid(),
        slot.sizeBytes(),
        volume.top.ownedExtents * PoolLayout.EXTENT_BYTES,
        Optional.ofNullable(origin).map(o -> new VolumeName(o.name())),
        switch (slot.state()) {
          case WRITABLE -> VolumeState.WRITABLE;
          case SEALED -> VolumeState.SEALED;
          case ERASING -> VolumeState.ERASING;
          case QUARANTINED, ABSENT -> VolumeState.QUARANTINED;
        });
  }

  private Volume get(VolumeName name) throws VolumeException {
    Volume volume = metadata.volume(name.value());
    if (volume == null) {
      throw new VolumeException(VolumeException.Kind.NOT_FOUND, "no volume is called " + name);
    }
    return volume;
  }

  private static void requireSize(long sizeBytes) throws VolumeException {
    if (sizeBytes <= 0 || sizeBytes % PoolLayout.BLOCK_BYTES != 0) {
      throw new VolumeException(
          VolumeException.Kind.INVALID,
          "size " + sizeBytes + " is not a positive multiple of " + PoolLayout.BLOCK_BYTES);
    }
  }

  private static void requireWritable(Volume volume) throws VolumeException {
    if (volume.slot.state() != VolumeSlot.State.WRITABLE) {
      throw new VolumeException(
          VolumeException.Kind.BUSY, "volume " + volume.name() + " is " + volume.slot.state());
    }
  }

  private static void requireClosed(Volume volume) throws VolumeException {
    if (volume.device != null) {
      throw new VolumeException(
          VolumeException.Kind.BUSY, "volume " + volume.name() + " is open: unmap it first");
    }
  }

  private static VolumeException conflict(VolumeName name) {
    return new VolumeException(
        VolumeException.Kind.CONFLICT,
        "a volume called " + name + " exists already and is not what was asked for");
  }
}
