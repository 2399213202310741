/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lies behind the end of a volume: nothing that is kept, and nothing that ever shows.
 *
 * <p>Reads know of one size, that of the volume. A layer below a larger one would therefore show
 * what it has, or lies on, behind its own end. So a top gives that up, or hides it, before the
 * volume grows, when it has shrunk, and before it is frozen; and a top that is made anew on a
 * frozen layer hides what that one shows behind its end, for images of before that rule.
 */
final class VolumeEnd {

  private static final Logger LOG = LoggerFactory.getLogger(VolumeEnd.class);

  private final Pool pool;
  private final Metadata metadata;
  private final VolumeDirectory directory;
  private final VolumeIo io;

  VolumeEnd(Pool pool) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.directory = pool.directory;
    this.io = new VolumeIo(pool.path);
  }

  /** Gives up and hides all that a top has or shows from there on; with its writers excluded. */
  void clear(Layer top, long from) throws IOException, BlockException {
    int within = (int) (from % PoolLayout.EXTENT_BYTES);
    long extent = from / PoolLayout.EXTENT_BYTES;
    if (within != 0) {
      int behind = VolumeMap.touched(within, PoolLayout.EXTENT_BYTES);
      if ((VolumeMap.visible(top, extent) & behind) != 0) {
        clearWithin(top, from, PoolLayout.EXTENT_BYTES - within);
      }
      extent++;
    }
    io.releaseFrom(top, extent);
  }

  /** Blocks that the top has on the device are overwritten, which takes its key. */
  private void clearWithin(Layer top, long from, int length) throws IOException, BlockException {
    KeyUse keys = KeyUse.ofMoving(top, metadata);
    try {
      io.zero(top, from, length, true);
    } finally {
      keys.close();
    }
  }

  /** A change under the lock that may freeze the top of a volume, while nobody writes to that. */
  <T> T whileNobodyWrites(Volume volume, VolumeDirectory.Step<T> step)
      throws IOException, VolumeException, BlockException {
    volume.writers.writeLock().lock();
    try {
      if (directory.locked(() -> directory.holds(volume) && isWritable(volume))) {
        clear(volume.top, volume.slot.sizeBytes());
      }
      return directory.locked(step);
    } finally {
      volume.writers.writeLock().unlock();
    }
  }

  /**
   * Hides behind the end of its origin what that shows there of what it lies on itself, before the
   * erase of a volume ends, if it is being erased.
   */
  void hideBehindOrigin(long id) throws IOException, BlockException {
    Volume volume = erasing(id);
    if (volume == null) {
      return;
    }
    volume.writers.writeLock().lock();
    try {
      Layer origin = erasing(id) == null ? null : volume.top.below();
      if (origin != null && origin.slot.sizeBytes() < volume.slot.sizeBytes()) {
        clear(volume.top, origin.slot.sizeBytes());
      }
    } finally {
      volume.writers.writeLock().unlock();
    }
  }

  private Volume erasing(long id) {
    metadata.lock.lock();
    try {
      Volume volume = metadata.chains.volume(id);
      return volume != null && volume.slot.state() == VolumeSlot.State.ERASING ? volume : null;
    } finally {
      metadata.lock.unlock();
    }
  }

  /**
   * Ends what shrinks of before a crash have left to do. Where a key is missing, or space, or a
   * page cannot be read, that waits for whoever resizes, seals or erases the volume.
   */
  void endShrinks() throws BlockException {
    for (Volume volume : volumes()) {
      try {
        Layer top = volume.top;
        if (isWritable(volume) && holdsAnything(top, volume.slot.sizeBytes())) {
          clear(top, volume.slot.sizeBytes());
        }
        metadata.trimPages();
      } catch (IOException | BlockException e) {
        pool.log.requireSound();
        LOG.warn("what was cut off volume {} is not erased yet: {}", volume.name(), e.getMessage());
      }
    }
  }

  private List<Volume> volumes() {
    metadata.lock.lock();
    try {
      return List.copyOf(metadata.chains.volumes());
    } finally {
      metadata.lock.unlock();
    }
  }

  private static boolean isWritable(Volume volume) {
    return volume.slot.state() == VolumeSlot.State.WRITABLE;
  }

  /** Whether a layer has anything on the device from there on. */
  private static boolean holdsAnything(Layer layer, long from) throws IOException {
    int within = (int) (from % PoolLayout.EXTENT_BYTES);
    int behind = VolumeMap.touched(within, PoolLayout.EXTENT_BYTES);
    for (long at = layer.map.nextNonZero(from / PoolLayout.EXTENT_BYTES); at >= 0; ) {
      long entry = layer.map.get(at);
      int wanted = at == from / PoolLayout.EXTENT_BYTES ? behind : PoolLayout.FULL_MASK;
      if (MapEntry.extent(entry) != 0 && (MapEntry.mask(entry) & wanted) != 0) {
        return true;
      }
      at = layer.map.nextNonZero(at + 1);
    }
    return false;
  }
}
