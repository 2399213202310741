/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The part of a volume's data path that waits for nothing: reads of what is in memory, and
 * overwrites where the device has no medium. It runs on the caller's thread, an event loop's for
 * most, and saves the way to an I/O thread and back, which costs more than the work.
 *
 * <p>It takes what is simple and leaves the rest to {@link VolumeIo}, which begins anew: a range
 * whose map is not in memory, an entry that moves meanwhile, a first write, or one over what a
 * commit vouches for.
 */
final class PromptIo {

  private final LayerDevice device;
  private final CommitLog log;
  private final VouchedBlocks vouched;

  PromptIo(DataPath path) {
    this.device = path.device();
    this.log = path.log();
    this.vouched = path.metadata().vouched;
  }

  /** Whether the buffer was filled; if not, its content is undefined. */
  boolean read(Layer top, long offset, ByteBuffer target) throws IOException {
    int start = target.position();
    int end = target.limit();
    // The run that is being gathered: its place in the buffer, and where it lies on the device.
    int runStart = start;
    long runOffset = VolumeMap.ZERO;
    boolean runIsZero = true;
    DataKey runKey = null;
    DataKey[] found = top.isAnyKeyed() ? new DataKey[1] : null;
    for (int at = start; at < end; ) {
      long position = offset + (at - start);
      long logical = position / PoolLayout.EXTENT_BYTES;
      int from = (int) (position % PoolLayout.EXTENT_BYTES);
      int length = Math.min(PoolLayout.EXTENT_BYTES - from, end - at);
      long extent = VolumeMap.locate(top, logical, VolumeMap.touched(from, from + length));
      if (extent == VolumeMap.SCATTERED) {
        length = Math.min(length, PoolLayout.BLOCK_BYTES - from % PoolLayout.BLOCK_BYTES);
        extent = VolumeMap.locate(top, logical, VolumeMap.touched(from, from + length));
      }
      if (extent == VolumeMap.SCATTERED) {
        return false;
      }
      boolean isZero = extent == VolumeMap.ZERO;
      DataKey key = null;
      if (found != null && !isZero) {
        if (!VolumeMap.findKey(top, logical, extent, found)) {
          return false;
        }
        key = found[0];
      }
      boolean joins =
          isZero == runIsZero
              && key == runKey
              && (isZero || extent + from == runOffset + (at - runStart));
      if (!joins) {
        if (!fill(target, runStart, at, runIsZero, runOffset, runKey)) {
          return false;
        }
        runStart = at;
        runOffset = extent + from;
        runIsZero = isZero;
        runKey = key;
      }
      at += length;
    }
    return fill(target, runStart, end, runIsZero, runOffset, runKey);
  }

  private boolean fill(
      ByteBuffer target, int from, int to, boolean isZero, long offset, DataKey key)
      throws IOException {
    if (isZero) {
      VolumeIo.fillZeroes(target, from, to);
      return true;
    }
    return device.readAtOnce(key, offset, part(target, from, to));
  }

  /** Whether all was written; if not, some of it may have been. */
  boolean overwrite(Layer top, long offset, ByteBuffer source) throws IOException {
    int start = source.position();
    int end = source.limit();
    int runStart = start;
    long runOffset = 0;
    for (int at = start; at < end; ) {
      long position = offset + (at - start);
      int from = (int) (position % PoolLayout.EXTENT_BYTES);
      int length = Math.min(PoolLayout.EXTENT_BYTES - from, end - at);
      long extent =
          VolumeMap.locateHeld(
              top, position / PoolLayout.EXTENT_BYTES, VolumeMap.touched(from, from + length));
      if (extent == VolumeMap.SCATTERED) {
        return false;
      }
      if (at == start) {
        runOffset = extent + from;
      } else if (extent + from != runOffset + (at - runStart)) {
        if (!write(top, source, runStart, at, runOffset)) {
          return false;
        }
        runStart = at;
        runOffset = extent + from;
      }
      at += length;
    }
    return write(top, source, runStart, end, runOffset);
  }

  private boolean write(Layer top, ByteBuffer source, int from, int to, long offset)
      throws IOException {
    if (from == to) {
      return true;
    }
    if (vouched.touches(offset, to - from)) {
      return false;
    }
    boolean written = device.writeAtOnce(top.key(), offset, part(source, from, to));
    log.dataWritten();
    return written;
  }

  private static ByteBuffer part(ByteBuffer whole, int from, int to) {
    return from == whole.position() && to == whole.limit() ? whole : whole.slice(from, to - from);
  }
}
