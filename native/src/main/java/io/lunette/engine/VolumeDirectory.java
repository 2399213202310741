/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Volumes by name, as callers speak of them: finds one or says that there is none, says what is
 * known of it, and runs changes in one hold of the metadata's lock, so that each is one group of
 * the journal.
 */
final class VolumeDirectory {

  /** Layers that clones may lie on each other. */
  static final int LAYERS_MAX = 1024;

  /** Layers beyond those that snapshots of a volume may still add. */
  static final int SNAPSHOTS_MORE = 64;

  /** An image may lie under thousands of volumes. */
  private static final int MOST_NAMED = 8;

  private final Metadata metadata;

  VolumeDirectory(Metadata metadata) {
    this.metadata = metadata;
  }

  /**
   * The most bytes of a volume, 1 EiB: far more than a pool has, and sums of two do not overflow.
   */
  static final long SIZE_MAX = 1L << 60;

  interface Step<T> {
    T run() throws IOException, VolumeException, BlockException;
  }

  <T> T locked(Step<T> step) throws IOException, VolumeException, BlockException {
    metadata.lock.lock();
    int before = metadata.pendingBytes();
    try {
      return step.run();
    } catch (RuntimeException | Error e) {
      metadata.stopped(before, e);
      throw e;
    } finally {
      metadata.lock.unlock();
    }
  }

  /** A change under the lock while no write of the volume is under way. */
  <T> T whileNobodyWrites(Volume volume, Step<T> step)
      throws IOException, VolumeException, BlockException {
    volume.writers.writeLock().lock();
    try {
      return locked(step);
    } finally {
      volume.writers.writeLock().unlock();
    }
  }

  Volume newVolume(
      VolumeName name,
      Layer top,
      long sizeBytes,
      int blockBytes,
      long origin,
      VolumeSlot.State state)
      throws IOException {
    return metadata.chains.createVolume(
        new VolumeSlot(
            state,
            UUID.randomUUID(),
            top.id,
            sizeBytes,
            origin,
            name.value(),
            VolumeSlot.Erase.NONE,
            blockBytes,
            VolumeSlot.Use.NONE),
        top);
  }

  /** The slot of a volume that changes: what was done by an erase is of before. */
  static VolumeSlot with(Volume volume, VolumeSlot.State state, Layer top, long sizeBytes) {
    VolumeSlot slot = volume.slot;
    return new VolumeSlot(
        state,
        slot.uuid(),
        top.id,
        sizeBytes,
        slot.origin(),
        slot.name(),
        slot.erase().remains(),
        slot.blockBytes(),
        slot.use());
  }

  VolumeInfo info(Volume volume) {
    VolumeSlot slot = volume.slot;
    Volume origin = isIndependent(volume) ? null : metadata.chains.volume(slot.origin());
    return new VolumeInfo(
        new VolumeName(slot.name()),
        slot.uuid(),
        slot.sizeBytes(),
        slot.blockBytes(),
        OptionalLong.of(extentsHeldAlone(volume) * PoolLayout.EXTENT_BYTES),
        Optional.ofNullable(origin).map(o -> new VolumeName(o.name())),
        switch (slot.state()) {
          case WRITABLE -> VolumeState.WRITABLE;
          case SEALED -> VolumeState.SEALED;
          case COPYING -> VolumeState.COPYING;
          case ERASING -> VolumeState.ERASING;
          case QUARANTINED, ABSENT -> VolumeState.QUARANTINED;
        },
        volume.top.key() != null,
        slot.use().begun() || hasWritten(volume),
        erased(slot.use()));
  }

  private static Optional<Instant> erased(VolumeSlot.Use use) {
    return use.erasedMillis() == 0
        ? Optional.empty()
        : Optional.of(Instant.ofEpochMilli(use.erasedMillis()));
  }

  /**
   * Also of a clone of a pool of before it was noted, which was not opened since. A copy under way
   * lies on its source too, and was written to by nobody.
   */
  private static boolean hasWritten(Volume volume) {
    return volume.slot.origin() != 0
        && volume.slot.state() != VolumeSlot.State.COPYING
        && !isIndependent(volume)
        && !volume.top.isEmpty();
  }

  /** Whether nothing but a note tells that somebody has written to it: it was made full. */
  static boolean isFullCopy(Volume volume) {
    return volume.slot.origin() != 0 && isIndependent(volume);
  }

  /** Whether everything that it reads was written by itself. */
  static boolean isIndependent(Volume volume) {
    for (Layer layer = volume.top; layer != null; layer = layer.parent) {
      if (layer.slot.volume() != volume.id) {
        return false;
      }
    }
    return true;
  }

  /** What its top maps, and every layer below that a deleted snapshot left to it alone. */
  private static long extentsHeldAlone(Volume volume) {
    long extents = volume.top.ownedExtents;
    Layer below = volume.top.parent;
    while (below != null && below.owner == null && below.children == 1) {
      extents += below.ownedExtents;
      below = below.parent;
    }
    return extents;
  }

  /** Finds a volume, and refuses one whose map is damaged. */
  Volume get(VolumeName name) throws VolumeException {
    Volume volume = metadata.chains.volume(name.value());
    if (volume == null) {
      throw notFound(name.value());
    }
    IOException damage = metadata.chains.damageOf(volume);
    if (damage != null) {
      throw new VolumeException(
          VolumeException.Kind.INVALID,
          "volume " + name + " cannot be used: " + damage.getMessage(),
          damage);
    }
    return volume;
  }

  /** Names the volumes whose maps are damaged, and what to do, in a line; empty if none is. */
  Optional<String> damageTrouble() {
    metadata.lock.lock();
    try {
      return metadata.chains.anyDamage().map(damage -> trouble(damage.getMessage()));
    } finally {
      metadata.lock.unlock();
    }
  }

  private String trouble(String damage) {
    String repair = "run 'lunette pool check --repair' when the pool is not in use";
    List<Volume> damaged = metadata.chains.damagedVolumes();
    if (damaged.isEmpty()) {
      return "what a deleted volume wrote cannot be scrubbed: " + damage + "; " + repair;
    }
    int more = damaged.size() - MOST_NAMED;
    return damaged.stream().limit(MOST_NAMED).map(Volume::name).collect(Collectors.joining(", "))
        + (more > 0 ? " and " + more + " more volumes" : "")
        + " cannot be used: "
        + damage
        + "; delete what you can do without, and "
        + repair;
  }

  /** Whether the volume is there still; one that was made anew by its name is another. */
  boolean holds(Volume volume) {
    return metadata.chains.volume(volume.name()) == volume;
  }

  /** Refuses what was asked of a volume that was deleted while its writers were waited for. */
  void requireHeld(Volume volume) throws VolumeException {
    if (!holds(volume)) {
      throw notFound(volume.name());
    }
  }

  private static VolumeException notFound(String name) {
    return new VolumeException(VolumeException.Kind.NOT_FOUND, "no volume '" + name + "'");
  }

  static void requireSize(long sizeBytes) throws VolumeException {
    if (sizeBytes <= 0 || sizeBytes % PoolLayout.BLOCK_BYTES != 0) {
      throw new VolumeException(
          VolumeException.Kind.INVALID,
          "size " + sizeBytes + " is not a positive multiple of " + PoolLayout.BLOCK_BYTES);
    }
    if (sizeBytes > SIZE_MAX) {
      throw new VolumeException(
          VolumeException.Kind.INVALID,
          "size " + sizeBytes + " is more than the most that a volume may have, " + SIZE_MAX);
    }
  }

  static void requireBlock(int blockBytes) throws VolumeException {
    if (blockBytes != 512 && blockBytes != PoolLayout.BLOCK_BYTES) {
      throw new VolumeException(
          VolumeException.Kind.INVALID,
          "logical blocks of " + blockBytes + " bytes: use 512 or " + PoolLayout.BLOCK_BYTES);
    }
  }

  static void requireWritable(Volume volume) throws VolumeException {
    if (volume.slot.state() != VolumeSlot.State.WRITABLE) {
      throw new VolumeException(
          VolumeException.Kind.BUSY, "volume " + volume.name() + " is " + volume.slot.state());
    }
  }

  static void requireClosed(Volume volume) throws VolumeException {
    if (volume.device != null) {
      throw new VolumeException(
          VolumeException.Kind.BUSY, "volume " + volume.name() + " is open: unmap it first");
    }
  }

  /**
   * Refuses a clone on a chain that is as long as one may be: what looks through one, or gives it
   * up in one group of the journal, takes its time for each layer.
   */
  static void requireRoomForClone(Volume source) throws VolumeException {
    requireLayers(source, LAYERS_MAX, "make an independent clone of it and go on from that");
  }

  /** Refuses a snapshot likewise, but later: an independent clone of a volume in use needs one. */
  static void requireRoomForSnapshot(Volume source) throws VolumeException {
    requireLayers(source, LAYERS_MAX + SNAPSHOTS_MORE, "delete snapshots of it");
  }

  private static void requireLayers(Volume source, int most, String remedy) throws VolumeException {
    int layers = 0;
    for (Layer layer = source.top; layer != null; layer = layer.parent) {
      layers++;
    }
    if (layers >= most) {
      throw new VolumeException(
          VolumeException.Kind.BUSY,
          "volume "
              + source.name()
              + " lies on so many others that it has "
              + layers
              + " layers, and "
              + most
              + " are the most: "
              + remedy);
    }
  }

  static VolumeException conflict(VolumeName name) {
    return new VolumeException(
        VolumeException.Kind.CONFLICT,
        "a volume called " + name + " exists already and is not what was asked for");
  }
}
