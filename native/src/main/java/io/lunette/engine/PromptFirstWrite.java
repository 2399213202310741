/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * {@link FirstWrite} for the caller's thread, an event loop's for most, where the device has no
 * medium to wait for. In the same four steps and the same order, for what is simple: whole blocks
 * within one extent, to an extent that is there or waits to be dealt.
 *
 * <p>It waits for nobody: where a lock is held, a commit is due or an extent must be reserved, it
 * leaves the write to an I/O thread. One for a volume; thread-safe.
 */
final class PromptFirstWrite {

  private final VolumeIo io;
  private final LayerDevice device;
  private final Metadata metadata;
  private final ExtentAllocator allocator;
  private final CommitLog log;

  PromptFirstWrite(
      VolumeIo io,
      LayerDevice device,
      Metadata metadata,
      ExtentAllocator allocator,
      CommitLog log) {
    this.io = io;
    this.device = device;
    this.metadata = metadata;
    this.allocator = allocator;
    this.log = log;
  }

  /** Whether all was written; if not, nothing that was written shows. */
  boolean attempt(Layer top, long offset, ByteBuffer source) throws IOException {
    long extent = offset / PoolLayout.EXTENT_BYTES;
    int from = (int) (offset % PoolLayout.EXTENT_BYTES);
    int to = from + source.remaining();
    boolean isWholeBlocks = from < to && ((from | to) & PoolLayout.BLOCK_BYTES - 1) == 0;
    if (!isWholeBlocks
        || to > PoolLayout.EXTENT_BYTES
        || !device.writesAtOnce()
        || !io.stripes.tryLock(extent)) {
      return false;
    }
    try {
      return attempt(top, extent, from, source);
    } finally {
      io.stripes.unlock(extent, 1);
    }
  }

  private boolean attempt(Layer top, long extent, int from, ByteBuffer source) throws IOException {
    long old = top.map.peek(extent);
    boolean isTaken = MapEntry.extent(old) == 0;
    boolean holdsZeroes = isTaken && MapEntry.mask(old) != 0;
    if (old == WordTree.NOT_IN_MEMORY || holdsZeroes) {
      return false;
    }
    long physical = place(old, extent);
    if (physical == 0) {
      return false;
    }
    write(top, physical, isTaken, from, source);
    int blocks = VolumeMap.touched(from, from + source.remaining());
    metadata.lock.lock();
    try {
      metadata.set(top.map, extent, MapEntry.of(physical, MapEntry.mask(old) | blocks));
      if (isTaken) {
        metadata.space.settle(physical);
      }
    } finally {
      metadata.lock.unlock();
    }
    return true;
  }

  /** The extent that the bytes go to, or 0 where that is not to be had at once. */
  private long place(long old, long extent) {
    if (!metadata.lock.tryLock()) {
      return 0;
    }
    try {
      if (log.isThrottled()) {
        return 0;
      }
      long there = MapEntry.extent(old);
      return there == 0 ? allocator.takeReady(io.neighbours, extent) : there;
    } finally {
      metadata.lock.unlock();
    }
  }

  private void write(Layer top, long physical, boolean isTaken, int from, ByteBuffer source)
      throws IOException {
    try {
      device.write(top.key(), physical * PoolLayout.EXTENT_BYTES + from, source);
      log.dataWritten();
    } catch (IOException e) {
      FirstWrite.distrust(metadata, top, physical, isTaken);
      throw e;
    }
  }
}
