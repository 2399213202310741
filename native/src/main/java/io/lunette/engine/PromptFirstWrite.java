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
 * <p>It waits for nobody: where a lock is held, a commit is due, an extent must be reserved or a
 * block must stay as it is, it leaves the write to an I/O thread. One for a volume; thread-safe.
 */
final class PromptFirstWrite {

  private final VolumeIo io;
  private final DataPath path;

  PromptFirstWrite(VolumeIo io, DataPath path) {
    this.io = io;
    this.path = path;
  }

  /** Whether all was written; if not, nothing that was written shows. */
  boolean attempt(Layer top, long offset, ByteBuffer source) throws IOException {
    long extent = offset / PoolLayout.EXTENT_BYTES;
    int from = (int) (offset % PoolLayout.EXTENT_BYTES);
    int to = from + source.remaining();
    boolean isWholeBlocks = from < to && ((from | to) & PoolLayout.BLOCK_BYTES - 1) == 0;
    if (!isWholeBlocks
        || to > PoolLayout.EXTENT_BYTES
        || !path.device().writesAtOnce()
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
    int length = source.remaining();
    long there = MapEntry.extent(old) * PoolLayout.EXTENT_BYTES + from;
    // Some of the blocks may be held already.
    if (!isTaken && path.metadata().vouched.touches(there, length)) {
      return false;
    }
    long physical = place(old, extent);
    if (physical == 0) {
      return false;
    }
    write(top, physical, isTaken, from, source);
    int blocks = VolumeMap.touched(from, from + length);
    path.metadata().lock.lock();
    int before = path.metadata().pendingBytes();
    try {
      path.metadata().set(top.map, extent, MapEntry.of(physical, MapEntry.mask(old) | blocks));
      if (isTaken) {
        path.metadata().space.settle(physical);
      }
    } catch (RuntimeException | Error e) {
      path.metadata().stopped(before, e);
      throw e;
    } finally {
      path.metadata().lock.unlock();
    }
    return true;
  }

  /** The extent that the bytes go to, or 0 where that is not to be had at once. */
  private long place(long old, long extent) {
    if (!path.metadata().lock.tryLock()) {
      return 0;
    }
    try {
      if (path.log().isThrottled()) {
        return 0;
      }
      long there = MapEntry.extent(old);
      return there == 0 ? path.allocator().takeReady(io.neighbours, extent) : there;
    } finally {
      path.metadata().lock.unlock();
    }
  }

  private void write(Layer top, long physical, boolean isTaken, int from, ByteBuffer source)
      throws IOException {
    try {
      path.device().write(top.key(), physical * PoolLayout.EXTENT_BYTES + from, source);
      path.log().dataWritten();
    } catch (IOException | RuntimeException | Error e) {
      path.distrust(e, top, physical, isTaken);
      throw e;
    }
  }
}
