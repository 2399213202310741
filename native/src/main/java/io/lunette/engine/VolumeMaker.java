/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes volumes: new ones, clones and copies, with keys where they are to have one. As in {@link
 * VolumeTable} the caller makes them durable.
 *
 * <p>Keys are made before the metadata's lock is taken, as many as seem to be needed. What turns
 * out to be otherwise is refused: a volume that is to have a key is never made without.
 */
final class VolumeMaker {

  /** Volumes cloned in one hold of the lock, so that one commit never outgrows the journal. */
  private static final int CLONE_BATCH = 256;

  private final Pool pool;
  private final Metadata metadata;
  private final VolumeDirectory directory;

  VolumeMaker(Pool pool) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.directory = pool.directory;
  }

  VolumeInfo create(VolumeName name, long sizeBytes, int blockBytes, KeyWish wish)
      throws IOException, VolumeException, BlockException {
    VolumeDirectory.requireSize(sizeBytes);
    VolumeDirectory.requireBlock(blockBytes);
    return withKeys(
        wish.isKeyed() && !exists(name) ? 1 : 0,
        keys -> create(name, sizeBytes, blockBytes, wish, keys));
  }

  private VolumeInfo create(
      VolumeName name, long sizeBytes, int blockBytes, KeyWish wish, NewKeys keys)
      throws IOException, VolumeException, BlockException {
    return directory.locked(
        () -> {
          Volume existing = metadata.chains.volume(name.value());
          if (existing != null) {
            if (existing.slot.sizeBytes() == sizeBytes
                && existing.slot.blockBytes() == blockBytes
                && existing.slot.origin() == 0
                && wish.allows(existing)
                && existing.slot.state() == VolumeSlot.State.WRITABLE) {
              return directory.info(existing);
            }
            throw VolumeDirectory.conflict(name);
          }
          Layer layer =
              metadata.chains.createLayer(
                  null, sizeBytes, metadata.chains.nextVolumeId(), keys.take(wish.isKeyed()));
          return directory.info(
              directory.newVolume(
                  name, layer, sizeBytes, blockBytes, 0, VolumeSlot.State.WRITABLE));
        });
  }

  /** Something done with new keys, of which those that it does not take are discarded. */
  private interface Keyed<T> {
    T with(NewKeys keys) throws IOException, VolumeException, BlockException;
  }

  private <T> T withKeys(int count, Keyed<T> step)
      throws IOException, VolumeException, BlockException {
    NewKeys keys = new NewKeys(pool.keys, count);
    try {
      return step.with(keys);
    } finally {
      keys.close();
    }
  }

  /**
   * @param wish whether clones are to have keys; those of a source that has one do in any case
   */
  List<VolumeInfo> clone(VolumeName source, List<VolumeName> names, KeyWish wish)
      throws IOException, VolumeException, BlockException {
    List<VolumeInfo> made = new ArrayList<>();
    for (int from = 0; from < names.size(); from += CLONE_BATCH) {
      List<VolumeName> batch = names.subList(from, Math.min(names.size(), from + CLONE_BATCH));
      pool.log.throttle();
      int keyed = wish.isKeyed() || isKeyed(source) ? (int) missing(batch) : 0;
      made.addAll(
          withKeys(keyed, keys -> directory.locked(() -> cloneBatch(source, batch, wish, keys))));
    }
    return made;
  }

  private Layer newLayer(Volume origin, KeyWish wish, NewKeys keys)
      throws IOException, VolumeException {
    boolean keyed = isKeyed(origin, wish);
    return metadata.chains.createLayer(
        origin.top, origin.slot.sizeBytes(), metadata.chains.nextVolumeId(), keys.take(keyed));
  }

  private static boolean isKeyed(Volume origin, KeyWish wish) {
    return wish.isKeyed() || origin.top.key() != null;
  }

  private long missing(List<VolumeName> names) {
    return names.stream().filter(name -> !exists(name)).count();
  }

  private boolean exists(VolumeName name) {
    metadata.lock.lock();
    try {
      return metadata.chains.volume(name.value()) != null;
    } finally {
      metadata.lock.unlock();
    }
  }

  private boolean isKeyed(VolumeName source) {
    metadata.lock.lock();
    try {
      Volume origin = metadata.chains.volume(source.value());
      return origin != null && origin.top.key() != null;
    } finally {
      metadata.lock.unlock();
    }
  }

  private List<VolumeInfo> cloneBatch(
      VolumeName source, List<VolumeName> names, KeyWish wish, NewKeys keys)
      throws IOException, VolumeException {
    Volume origin = sealed(source);
    int missing = (int) missing(names);
    if (missing > 0) {
      VolumeDirectory.requireRoomForClone(origin);
    }
    keys.require(isKeyed(origin, wish) ? missing : 0);
    for (VolumeName name : names) {
      Volume existing = metadata.chains.volume(name.value());
      if (existing != null && !(isCloneOf(origin, existing) && wish.allows(existing))) {
        throw VolumeDirectory.conflict(name);
      }
    }
    long size = origin.slot.sizeBytes();
    int block = origin.slot.blockBytes();
    List<VolumeInfo> made = new ArrayList<>();
    for (VolumeName name : names) {
      Volume volume = metadata.chains.volume(name.value());
      if (volume == null) {
        Layer layer = newLayer(origin, wish, keys);
        volume =
            directory.newVolume(name, layer, size, block, origin.id, VolumeSlot.State.WRITABLE);
      }
      made.add(directory.info(volume));
    }
    return made;
  }

  /**
   * A snapshot has the same origin, and what its origin wrote; so has a copy, until it has ended.
   */
  private static boolean isCloneOf(Volume origin, Volume volume) {
    return volume.slot.origin() == origin.id
        && volume.top.slot.volume() == volume.id
        && volume.slot.state() != VolumeSlot.State.COPYING
        && !VolumeDirectory.isIndependent(volume);
  }

  private Volume sealed(VolumeName source) throws VolumeException {
    Volume origin = directory.get(source);
    if (origin.slot.state() != VolumeSlot.State.SEALED) {
      throw new VolumeException(
          VolumeException.Kind.BUSY,
          "volume " + source + " is not sealed: seal or snapshot it first");
    }
    return origin;
  }

  CopyJob copy(VolumeName source, VolumeName name, KeyWish wish)
      throws IOException, VolumeException, BlockException {
    boolean isNew = !exists(name);
    int keyed = isNew && (wish.isKeyed() || isKeyed(source)) ? 1 : 0;
    return withKeys(keyed, keys -> copy(source, name, wish, keys));
  }

  private CopyJob copy(VolumeName source, VolumeName name, KeyWish wish, NewKeys keys)
      throws IOException, VolumeException, BlockException {
    return directory.locked(
        () -> {
          Volume origin = sealed(source);
          Volume existing = metadata.chains.volume(name.value());
          if (existing != null) {
            if (existing.slot.origin() == origin.id
                && existing.slot.state() == VolumeSlot.State.COPYING
                && wish.allows(existing)) {
              return pool.copier.job(existing);
            }
            throw VolumeDirectory.conflict(name);
          }
          long size = origin.slot.sizeBytes();
          Layer layer = newLayer(origin, wish, keys);
          return pool.copier.job(
              directory.newVolume(
                  name,
                  layer,
                  size,
                  origin.slot.blockBytes(),
                  origin.id,
                  VolumeSlot.State.COPYING));
        });
  }
}
