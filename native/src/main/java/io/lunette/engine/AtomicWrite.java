/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes of several extents of which all or nothing is ever seen.
 *
 * <p>The bytes go where no map names anything yet: into blocks of the layer's extent that it does
 * not hold, or, where it holds one of those that are written, into a new extent, with the rest of
 * what the layer holds there, for one entry names one extent. Then all entries change in one hold
 * of the metadata's lock, and so in one group of the journal; the extents that they named before
 * are dropped, for the scrubber. A crash finds the entries of before or those of after, and the
 * bytes of both are where they say.
 *
 * <p>Nobody else may write to the volume meanwhile: an overwrite in place of a block that is being
 * copied would be lost. Readers may: {@link VolumeIo#read} is repeated when the entries change
 * under it, and what it has found in the old extents stays there until it has ended.
 *
 * <p>One for a volume; on the engine's I/O threads.
 */
final class AtomicWrite {

  /** The longest: 17 extents at most, so that the work of one is bounded. */
  static final int MAX_BYTES = 1 << 20;

  private final VolumeIo io;
  private final DataPath path;

  AtomicWrite(VolumeIo io, DataPath path) {
    this.io = io;
    this.path = path;
  }

  /**
   * What is written within one logical extent.
   *
   * @param source its bytes, which go to {@code from} within the extent
   * @param old the map entry of before
   * @param physical where the blocks go
   * @param blocks those that are written: what the bytes touch, and what must come along
   */
  private record Piece(
      long extent, int from, ByteBuffer source, long old, long physical, int blocks) {

    int to() {
      return from + source.remaining();
    }

    boolean isInNewExtent() {
      return physical != MapEntry.extent(old);
    }

    long entry() {
      return MapEntry.of(physical, MapEntry.mask(old) | blocks);
    }
  }

  /**
   * Writes; on return everyone sees the bytes, and the next commit makes them durable.
   *
   * @throws BlockException OUT_OF_SPACE, having changed nothing
   */
  void write(Layer top, long offset, ByteBuffer source) throws IOException, BlockException {
    path.log().throttle();
    top.requireDroppable();
    List<Piece> pieces = pieces(top, offset, source);
    try {
      for (Piece piece : pieces) {
        writeBlocks(top, piece);
      }
      path.log().dataWritten();
    } catch (IOException | RuntimeException | Error e) {
      for (Piece piece : pieces) {
        path.distrust(e, top, piece.physical, piece.isInNewExtent());
      }
      throw e;
    }
    record(top, pieces);
    path.metadata().trimPages();
  }

  private List<Piece> pieces(Layer top, long offset, ByteBuffer source)
      throws IOException, BlockException {
    List<Piece> pieces = new ArrayList<>();
    List<Long> taken = new ArrayList<>();
    boolean complete = false;
    try {
      for (int at = 0; at < source.remaining(); ) {
        long position = offset + at;
        long extent = position / PoolLayout.EXTENT_BYTES;
        int from = (int) (position % PoolLayout.EXTENT_BYTES);
        int length = Math.min(PoolLayout.EXTENT_BYTES - from, source.remaining() - at);
        long old = top.map.get(extent);
        int touched = VolumeMap.touched(from, from + length);
        boolean isFree = MapEntry.extent(old) != 0 && (MapEntry.mask(old) & touched) == 0;
        long physical =
            isFree ? MapEntry.extent(old) : path.allocator().take(io.neighbours, extent);
        if (!isFree) {
          taken.add(physical);
        }
        ByteBuffer bytes = source.slice(source.position() + at, length);
        int blocks = isFree ? touched : touched | MapEntry.mask(old);
        pieces.add(new Piece(extent, from, bytes, old, physical, blocks));
        at += length;
      }
      complete = true;
      return pieces;
    } finally {
      if (!complete) {
        path.allocator().putBack(taken);
      }
    }
  }

  private void writeBlocks(Layer top, Piece piece) throws IOException {
    int covered = VolumeMap.covered(piece.from, piece.to());
    long base = piece.physical * PoolLayout.EXTENT_BYTES;
    if (piece.blocks == covered) {
      path.device().write(top.key(), base + piece.from, piece.source);
      return;
    }
    ByteBuffer buffer = path.device().buffers.take();
    try {
      writeFilled(top, piece, buffer.limit(PoolLayout.EXTENT_BYTES));
    } finally {
      path.device().buffers.give(buffer);
    }
  }

  /** With what the layer holds beside the bytes, gathered in a buffer as long as an extent. */
  private void writeFilled(Layer top, Piece piece, ByteBuffer filled) throws IOException {
    int covered = VolumeMap.covered(piece.from, piece.to());
    long base = piece.physical * PoolLayout.EXTENT_BYTES;
    long logical = piece.extent * PoolLayout.EXTENT_BYTES;
    for (int rest = piece.blocks & ~covered; rest != 0; rest &= rest - 1) {
      int at = Integer.numberOfTrailingZeros(rest) * PoolLayout.BLOCK_BYTES;
      io.read(top, logical + at, filled.slice(at, PoolLayout.BLOCK_BYTES));
    }
    filled.put(piece.from, piece.source, piece.source.position(), piece.source.remaining());
    for (int rest = piece.blocks; rest != 0; ) {
      int first = Integer.numberOfTrailingZeros(rest);
      int count = Integer.numberOfTrailingZeros(~(rest >>> first));
      int at = first * PoolLayout.BLOCK_BYTES;
      path.device().write(top.key(), base + at, filled.slice(at, count * PoolLayout.BLOCK_BYTES));
      rest &= ~((1 << count) - 1 << first);
    }
  }

  /** Changes all entries: for readers at one moment, and in one group of the journal. */
  private void record(Layer top, List<Piece> pieces) throws IOException {
    long stamp = io.swaps.writeLock();
    path.metadata().lock.lock();
    int before = path.metadata().pendingBytes();
    try {
      for (Piece piece : pieces) {
        // With its page at hand, no change of an entry can fail after another's was seen.
        long atHand = top.map.get(piece.extent);
        if (piece.isInNewExtent()) {
          path.metadata().space.settle(piece.physical);
          if (MapEntry.extent(atHand) != 0) {
            path.metadata().drop(top, MapEntry.extent(atHand), MapEntry.mask(atHand));
          }
        }
      }
      for (Piece piece : pieces) {
        path.metadata().set(top.map, piece.extent, piece.entry());
      }
    } catch (RuntimeException | Error e) {
      path.metadata().stopped(before, e);
      throw e;
    } finally {
      path.metadata().lock.unlock();
      io.swaps.unlockWrite(stamp);
    }
  }
}
