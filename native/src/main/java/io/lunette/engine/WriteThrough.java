/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.Support;
import io.lunette.core.block.BlockException;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Durable overwrites without a commit: where the map already says durably that the blocks belong to
 * the layer, nothing but the bytes has to become durable, and the device does that with the write.
 *
 * <p>Everything else goes by a commit: an entry that is in no durable commit yet, blocks that are
 * not held, a range that does not lie in one piece, and whatever comes while others are at it, for
 * one flush for all is cheaper than one for each.
 *
 * <p>The caller keeps merges, snapshots and atomic writes of the volume out, so an entry that was
 * read goes on naming these blocks until the write has ended. One for a pool; thread-safe.
 */
final class WriteThrough {

  /** More at a time than this are better served by one flush for all, by measurement. */
  private static final int MOST = 4;

  private final LayerDevice device;
  private final Metadata metadata;
  private final CommitLog log;
  private final DataPath path;
  private final boolean offered;
  private final AtomicInteger underWay = new AtomicInteger();

  WriteThrough(DataPath path, DeviceFeatures features) {
    this.path = path;
    this.device = path.device();
    this.metadata = path.metadata();
    this.log = path.log();
    this.offered = features.durableWrite() == Support.YES;
  }

  /**
   * Overwrites durably if it can.
   *
   * @return false if it wrote nothing, and the bytes must be written and committed
   */
  boolean attempt(Layer top, long offset, ByteBuffer source) throws IOException, BlockException {
    boolean inPieces = top.key() != null && source.remaining() > LayerDevice.PIECE_BYTES;
    if (!offered || !source.hasRemaining() || inPieces) {
      return false;
    }
    try {
      if (underWay.incrementAndGet() > MOST) {
        return false;
      }
      long place = place(top, offset, source.remaining());
      if (place == 0) {
        return false;
      }
      path.awaitChangeable(place, source.remaining());
      device.writeDurably(top.key(), place, source);
      // A disk may have told another of what it lost while this was written.
      log.requireSound();
      return true;
    } finally {
      underWay.decrementAndGet();
    }
  }

  /** Where the range lies if it lies in one piece, held by the layer and durably so; else 0. */
  private long place(Layer top, long offset, int length) throws IOException {
    long place = 0;
    for (int at = 0; at < length; ) {
      long extent = (offset + at) / PoolLayout.EXTENT_BYTES;
      int from = (int) ((offset + at) % PoolLayout.EXTENT_BYTES);
      int to = Math.min(PoolLayout.EXTENT_BYTES, from + length - at);
      long entry = top.map.get(extent);
      int touched = VolumeMap.touched(from, to);
      long lies = MapEntry.extent(entry) * PoolLayout.EXTENT_BYTES + from;
      boolean isHeld = MapEntry.extent(entry) != 0 && (MapEntry.mask(entry) & touched) == touched;
      boolean isDurable = metadata.mapChanges.commitOf(top.id, extent) <= log.durableCommit();
      if (!isHeld || !isDurable || (at > 0 && lies != place + at)) {
        return 0;
      }
      place = at == 0 ? lies : place;
      at += to - from;
    }
    return place;
  }
}
