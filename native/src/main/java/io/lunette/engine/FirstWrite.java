/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.Durability;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.journal.BlockSums;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes of blocks that a layer does not hold yet. In four steps: take extents, write, then set the
 * map in memory, then leave the records to the next commit. Neighbours that came to lie together
 * are written in one piece, and all entries change in one hold of the metadata's lock.
 *
 * <p>First writes to one extent take turns, so that two of them never take two extents. One for a
 * volume; on the engine's I/O threads.
 */
final class FirstWrite {

  /** The second flush that sums save is a small part of the cost of more. */
  private static final int SUMMED_BYTES_MAX = 128 << 10;

  /** Extents that one call may touch. */
  static final int EXTENTS_MAX = ExtentStripes.COUNT;

  private final VolumeIo io;
  private final DataPath path;

  FirstWrite(VolumeIo io, DataPath path) {
    this.io = io;
    this.path = path;
  }

  /**
   * What is written within one logical extent.
   *
   * @param from where its bytes begin within the extent
   * @param to where they end
   * @param old the map entry of before
   * @param physical the extent that they go to
   */
  private record Piece(long extent, int from, int to, long old, long physical) {

    boolean isTaken() {
      return MapEntry.extent(old) == 0;
    }

    int touched() {
      return VolumeMap.touched(from, to);
    }

    /** The blocks that the layer has on the device. */
    int held() {
      return isTaken() ? 0 : MapEntry.mask(old);
    }

    /**
     * The blocks that the bytes begin or end in and that are not held: only these are filled up,
     * for a held one may be written by others meanwhile.
     */
    int partial() {
      return touched() & ~VolumeMap.covered(from, to) & ~held();
    }

    /** What was held as zero without an extent and must be zero in the extent. */
    int zeroed() {
      return isTaken() ? MapEntry.mask(old) & ~touched() : 0;
    }

    /** Whether all that is written are blocks that nobody else can write to meanwhile. */
    boolean isNew() {
      return (touched() & held()) == 0 && zeroed() == 0;
    }

    long place() {
      return physical * PoolLayout.EXTENT_BYTES + from;
    }

    long entry() {
      return MapEntry.of(physical, MapEntry.mask(old) | touched());
    }
  }

  /**
   * Writes a range of at most {@link #EXTENTS_MAX} extents.
   *
   * @param durability DURABLE if a commit follows at once, which then vouches for the bytes if it
   *     can
   * @throws BlockException OUT_OF_SPACE, having written nothing
   */
  void write(Layer top, long offset, ByteBuffer source, Durability durability)
      throws IOException, BlockException {
    path.log().throttle();
    long first = offset / PoolLayout.EXTENT_BYTES;
    long last = (offset + source.remaining() - 1) / PoolLayout.EXTENT_BYTES;
    int extents = (int) (last - first) + 1;
    io.stripes.lock(first, extents);
    try {
      List<Piece> pieces = pieces(top, offset, source.remaining());
      BlockSums sums = writeOrDistrust(top, pieces, source, durability);
      record(top, pieces, sums);
    } finally {
      io.stripes.unlock(first, extents);
    }
  }

  /**
   * Writes the bytes; what a failure, whatever it is, may have left of them is to be scrubbed.
   *
   * @return the sums of what was written, or null if no commit can vouch for it
   */
  private BlockSums writeOrDistrust(
      Layer top, List<Piece> pieces, ByteBuffer source, Durability durability) throws IOException {
    try {
      boolean isSummed =
          durability == Durability.DURABLE
              && source.remaining() <= SUMMED_BYTES_MAX
              && pieces.stream().allMatch(Piece::isNew);
      BlockSums sums = isSummed ? new BlockSums() : null;
      writeAll(top, pieces, source, sums);
      path.log().dataWritten();
      return sums;
    } catch (IOException | RuntimeException | Error e) {
      for (Piece piece : pieces) {
        path.distrust(e, top, piece.physical, piece.isTaken());
      }
      throw e;
    }
  }

  private List<Piece> pieces(Layer top, long offset, int length)
      throws IOException, BlockException {
    awaitChangeable(top, offset, length);
    List<Piece> pieces = new ArrayList<>();
    List<Long> taken = new ArrayList<>();
    boolean complete = false;
    try {
      for (int at = 0; at < length; ) {
        long extent = (offset + at) / PoolLayout.EXTENT_BYTES;
        int from = (int) ((offset + at) % PoolLayout.EXTENT_BYTES);
        int to = Math.min(PoolLayout.EXTENT_BYTES, from + length - at);
        long old = top.map.get(extent);
        long physical = MapEntry.extent(old);
        if (physical == 0) {
          physical = path.allocator().take(io.neighbours, extent);
          taken.add(physical);
        }
        pieces.add(new Piece(extent, from, to, old, physical));
        at += to - from;
      }
      complete = true;
      return pieces;
    } finally {
      if (!complete) {
        path.allocator().putBack(taken);
      }
    }
  }

  /**
   * Waits for the blocks that are held already, before anything is taken or written; who has the
   * stripes keeps others from becoming so.
   */
  private void awaitChangeable(Layer top, long offset, int length)
      throws IOException, BlockException {
    for (int at = 0; at < length; ) {
      int from = (int) ((offset + at) % PoolLayout.EXTENT_BYTES);
      int bytes = Math.min(PoolLayout.EXTENT_BYTES - from, length - at);
      long there = MapEntry.extent(top.map.get((offset + at) / PoolLayout.EXTENT_BYTES));
      if (there != 0) {
        path.awaitChangeable(there * PoolLayout.EXTENT_BYTES + from, bytes);
      }
      at += bytes;
    }
  }

  /** Writes the bytes, as many at once as lie in a row. */
  private void writeAll(Layer top, List<Piece> pieces, ByteBuffer source, BlockSums sums)
      throws IOException {
    int at = source.position();
    int runStart = at;
    long runPlace = 0;
    for (Piece piece : pieces) {
      int length = piece.to - piece.from;
      boolean isWhole = piece.partial() == 0;
      if (at > runStart && (!isWhole || piece.place() != runPlace + (at - runStart))) {
        write(top, runPlace, source.slice(runStart, at - runStart), sums);
        runStart = at;
      }
      if (!isWhole) {
        writeFilled(top, piece, source.slice(at, length), sums);
        runStart = at + length;
      } else if (runStart == at) {
        runPlace = piece.place();
      }
      at += length;
    }
    if (at > runStart) {
      write(top, runPlace, source.slice(runStart, at - runStart), sums);
    }
    for (Piece piece : pieces) {
      zeroBlocks(top, piece);
    }
  }

  /** Writes a piece with the rest of every block that it fills only in part. */
  private void writeFilled(Layer top, Piece piece, ByteBuffer source, BlockSums sums)
      throws IOException {
    int partial = piece.partial();
    int head = piece.from % PoolLayout.BLOCK_BYTES;
    int start = isIn(partial, piece.from) ? piece.from - head : piece.from;
    int tail = -piece.to & PoolLayout.BLOCK_BYTES - 1;
    int end = isIn(partial, piece.to - 1) ? piece.to + tail : piece.to;
    long logical = piece.extent * PoolLayout.EXTENT_BYTES;
    ByteBuffer buffer = path.device().buffers.take();
    try {
      ByteBuffer filled = buffer.limit(end - start);
      io.read(top, logical + start, filled.slice(0, piece.from - start));
      io.read(top, logical + piece.to, filled.slice(piece.to - start, end - piece.to));
      filled.put(piece.from - start, source, source.position(), source.remaining());
      write(top, piece.physical * PoolLayout.EXTENT_BYTES + start, filled, sums);
    } finally {
      path.device().buffers.give(buffer);
    }
  }

  private void write(Layer top, long place, ByteBuffer bytes, BlockSums sums) throws IOException {
    if (sums != null) {
      path.device().writeSummed(top.key(), place, bytes, sums);
    } else {
      path.device().write(top.key(), place, bytes);
    }
  }

  private static boolean isIn(int blocks, int byteInExtent) {
    return (blocks >>> byteInExtent / PoolLayout.BLOCK_BYTES & 1) != 0;
  }

  private void zeroBlocks(Layer top, Piece piece) throws IOException {
    for (int rest = piece.zeroed(); rest != 0; rest &= rest - 1) {
      long block = Integer.numberOfTrailingZeros(rest);
      path.device()
          .write(
              top.key(),
              piece.physical * PoolLayout.EXTENT_BYTES + block * PoolLayout.BLOCK_BYTES,
              VolumeIo.ZEROES.slice(0, PoolLayout.BLOCK_BYTES));
    }
  }

  private void record(Layer top, List<Piece> pieces, BlockSums sums) throws IOException {
    path.metadata().lock.lock();
    int before = path.metadata().pendingBytes();
    try {
      if (sums != null) {
        path.metadata().vouch(sums);
      } else {
        path.metadata().needData();
      }
      for (Piece piece : pieces) {
        path.metadata().setApart(top.map, piece.extent, piece.entry());
        if (piece.isTaken()) {
          path.metadata().space.settle(piece.physical);
        }
      }
    } catch (RuntimeException | Error e) {
      path.metadata().stopped(before, e);
      throw e;
    } finally {
      path.metadata().lock.unlock();
    }
  }
}
