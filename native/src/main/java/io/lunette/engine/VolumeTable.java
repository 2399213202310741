/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What can be done with volumes, in memory and in the records of the next commit; the caller makes
 * it durable. Each operation is one hold of the metadata's lock, so it is one group of the journal.
 */
final class VolumeTable {

  private final Pool pool;
  private final Metadata metadata;
  private final VolumeDirectory directory;
  private final VolumeLineage lineage;

  VolumeTable(Pool pool) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.directory = pool.directory;
    this.lineage = pool.lineage;
  }

  VolumeInfo seal(VolumeName name) throws IOException, VolumeException, BlockException {
    Volume volume = directory.locked(() -> directory.get(name));
    return pool.ends.whileNobodyWrites(
        volume,
        () -> {
          directory.requireHeld(volume);
          if (volume.slot.state() != VolumeSlot.State.SEALED) {
            VolumeDirectory.requireWritable(volume);
            metadata.chains.setState(volume.top, LayerSlot.State.FROZEN);
            metadata.chains.update(
                volume,
                VolumeDirectory.with(
                    volume, VolumeSlot.State.SEALED, volume.top, volume.slot.sizeBytes()),
                volume.top);
            if (volume.device != null) {
              volume.device.setTop(volume.top, true);
            }
            pool.merger.chainsChanged();
          }
          return directory.info(volume);
        });
  }

  /**
   * What lies beyond the end of a volume is given up when it shrinks, or is asked to be as small as
   * it is; and again before it grows: a crash in the middle of the first never lets it show after
   * the second.
   */
  VolumeInfo resize(VolumeName name, long sizeBytes)
      throws IOException, VolumeException, BlockException {
    VolumeDirectory.requireSize(sizeBytes);
    Volume volume = directory.locked(() -> directory.get(name));
    volume.writers.writeLock().lock();
    try {
      long oldSize = directory.locked(() -> writableSize(volume));
      // Before anything is done that cannot be ended without them.
      KeyUse keys = KeyUse.ofMoving(volume.top, metadata);
      try {
        return resize(volume, oldSize, sizeBytes);
      } finally {
        keys.close();
      }
    } finally {
      volume.writers.writeLock().unlock();
    }
  }

  private long writableSize(Volume volume) throws VolumeException {
    directory.requireHeld(volume);
    VolumeDirectory.requireWritable(volume);
    return volume.slot.sizeBytes();
  }

  private VolumeInfo resize(Volume volume, long oldSize, long sizeBytes)
      throws IOException, VolumeException, BlockException {
    if (sizeBytes > oldSize) {
      pool.ends.clear(volume.top, oldSize);
      return directory.locked(() -> setSize(volume, sizeBytes));
    }
    if (sizeBytes < oldSize) {
      VolumeInfo ignored = directory.locked(() -> setSize(volume, sizeBytes));
      pool.log.commit();
    }
    pool.ends.clear(volume.top, sizeBytes);
    return directory.locked(() -> directory.info(volume));
  }

  private VolumeInfo setSize(Volume volume, long sizeBytes) throws IOException, VolumeException {
    VolumeDirectory.requireWritable(volume);
    metadata.chains.setSize(volume.top, sizeBytes);
    metadata.chains.update(
        volume,
        VolumeDirectory.with(volume, VolumeSlot.State.WRITABLE, volume.top, sizeBytes),
        volume.top);
    if (volume.device != null) {
      volume.device.resize(sizeBytes);
    }
    return directory.info(volume);
  }

  boolean delete(VolumeName name) throws IOException, VolumeException, BlockException {
    Volume volume = directory.locked(() -> metadata.chains.volume(name.value()));
    if (volume == null) {
      return false;
    }
    boolean removed = directory.whileNobodyWrites(volume, () -> remove(volume));
    if (removed) {
      pool.scrubber.abandon(volume);
    }
    return removed;
  }

  private boolean remove(Volume volume) throws IOException, VolumeException {
    if (!directory.holds(volume)) {
      return false;
    }
    VolumeDirectory.requireClosed(volume);
    pool.copier.abandon(volume);
    Layer top = volume.top;
    metadata.chains.removeVolume(volume);
    if (top.children == 0) {
      lineage.releaseAndEnqueue(top);
    } else if (top.slot.state() == LayerSlot.State.WRITABLE) {
      metadata.chains.setState(top, LayerSlot.State.FROZEN);
    }
    lineage.requeue(volume);
    pool.merger.chainsChanged();
    return true;
  }

  Optional<VolumeInfo> find(VolumeName name) {
    metadata.lock.lock();
    try {
      return Optional.ofNullable(metadata.chains.volume(name.value())).map(directory::info);
    } finally {
      metadata.lock.unlock();
    }
  }

  /** What the last erase of a volume did, as long as nobody used that since. */
  Optional<EraseReport> lastErase(VolumeName name) {
    metadata.lock.lock();
    try {
      return Optional.ofNullable(metadata.chains.volume(name.value()))
          .map(pool.scrubber::lastErase);
    } finally {
      metadata.lock.unlock();
    }
  }

  List<VolumeInfo> list() {
    metadata.lock.lock();
    try {
      return metadata.chains.volumes().stream().map(directory::info).toList();
    } finally {
      metadata.lock.unlock();
    }
  }

  int chainLength(VolumeName name) throws VolumeException {
    metadata.lock.lock();
    try {
      int length = 0;
      for (Layer layer = directory.get(name).top; layer != null; layer = layer.parent) {
        length++;
      }
      return length;
    } finally {
      metadata.lock.unlock();
    }
  }

  /**
   * From then on no erase of before speaks for what the volume holds, whatever crashes; and once it
   * may be written to it counts as used. What an empty top gets shows by a later commit alone, so
   * that has the mark too; what is overwritten in place needs a commit before it.
   */
  BlockDevice open(VolumeName name, AccessMode mode)
      throws IOException, VolumeException, BlockException {
    VolumeHandle handle;
    boolean mustBeDurable;
    boolean mayFail;
    metadata.lock.lock();
    try {
      Volume volume = directory.get(name);
      if (volume.slot.state() == VolumeSlot.State.COPYING
          || volume.slot.state() == VolumeSlot.State.ERASING
          || volume.slot.state() == VolumeSlot.State.QUARANTINED) {
        throw new VolumeException(
            VolumeException.Kind.BUSY,
            "volume " + name + " is " + volume.slot.state() + " and cannot be opened");
      }
      if (volume.device == null) {
        volume.device = new VolumeDevice(pool, volume);
      }
      VolumeSlot slot = volume.slot;
      boolean wasErased = slot.erase().hasEnded();
      boolean isFirstUse = mode == AccessMode.READ_WRITE && !slot.use().begun();
      if (wasErased || isFirstUse) {
        VolumeSlot opened = slot.erasing(slot.state(), slot.erase().remains());
        metadata.chains.update(
            volume, isFirstUse ? opened.used(slot.use().begin()) : opened, volume.top);
        if (wasErased || !volume.top.isEmpty()) {
          volume.openedBy = metadata.commit();
        }
      }
      mustBeDurable = volume.openedBy > pool.log.durableCommit();
      mayFail = mode == AccessMode.READ_ONLY || !VolumeDirectory.isFullCopy(volume);
      volume.device.handles++;
      handle =
          new VolumeHandle(
              volume.device, name.value(), mode == AccessMode.READ_ONLY, () -> release(volume));
    } finally {
      metadata.lock.unlock();
    }
    if (mustBeDurable) {
      commitOrClose(handle, mayFail);
    }
    return handle;
  }

  /**
   * Makes what an opening says of a volume durable.
   *
   * @param mayFail whether the volume is opened all the same where there is no space for that
   */
  private void commitOrClose(VolumeHandle handle, boolean mayFail) throws BlockException {
    boolean opens = false;
    try {
      pool.log.commit();
      opens = true;
    } catch (BlockException e) {
      opens = mayFail && e.kind() == BlockException.Kind.OUT_OF_SPACE;
      if (!opens) {
        throw e;
      }
    } finally {
      if (!opens) {
        handle.close();
      }
    }
  }

  private void release(Volume volume) {
    metadata.lock.lock();
    try {
      volume.device.handles--;
      if (volume.device.handles == 0) {
        volume.device.closeKeys();
        volume.device = null;
      }
    } finally {
      metadata.lock.unlock();
    }
  }
}
