/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.Durability;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.StampedLock;

/**
 * The data path of one volume: synchronous, on the engine's I/O threads.
 *
 * <p>A write to blocks that the top layer holds goes straight to the device; the rest is a {@link
 * FirstWrite}. Reads take no lock at all: they see the map before or after, and look again if an
 * {@link AtomicWrite} changed it in between.
 */
final class VolumeIo {

  static final ByteBuffer ZEROES =
      AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES).asReadOnlyBuffer();

  private final DataPath path;
  private final LayerDevice device;
  private final Metadata metadata;
  private final CommitLog log;
  private final FirstWrite firstWrite;

  /** Who changes what the map says of an extent holds its lock. */
  final ExtentStripes stripes = new ExtentStripes();

  /** Where new extents are taken. */
  final Neighbours neighbours = new Neighbours();

  /**
   * Held for writing while an atomic write changes its entries, so that a read sees all or none.
   */
  final StampedLock swaps = new StampedLock();

  VolumeIo(DataPath path) {
    this.path = path;
    this.device = path.device();
    this.metadata = path.metadata();
    this.log = path.log();
    this.firstWrite = new FirstWrite(this, path);
  }

  // ---- read

  /** Reads again, and keeps atomic writes out, if one has ended meanwhile. */
  void read(Layer top, long offset, ByteBuffer target) throws IOException {
    long stamp = swaps.tryOptimisticRead();
    if (stamp != 0) {
      readOnce(top, offset, target);
      if (swaps.validate(stamp)) {
        return;
      }
    }
    stamp = swaps.readLock();
    try {
      readOnce(top, offset, target);
    } finally {
      swaps.unlockRead(stamp);
    }
  }

  private void readOnce(Layer top, long offset, ByteBuffer target) throws IOException {
    BlockPlaces places = new BlockPlaces();
    int at = target.position();
    int end = target.limit();
    // The run that is being gathered: its place in the buffer, and where it lies on the device.
    int runStart = at;
    long runOffset = VolumeMap.ZERO;
    boolean runIsZero = true;
    DataKey runKey = null;
    while (at < end) {
      long position = offset + (at - target.position());
      long extent = position / PoolLayout.EXTENT_BYTES;
      int from = (int) (position % PoolLayout.EXTENT_BYTES);
      int to = Math.min(PoolLayout.EXTENT_BYTES, from + end - at);
      VolumeMap.resolve(top, extent, VolumeMap.touched(from, to), places);
      for (int block = from / PoolLayout.BLOCK_BYTES; from < to; block++) {
        int inBlock = from % PoolLayout.BLOCK_BYTES;
        int length = Math.min(to - from, PoolLayout.BLOCK_BYTES - inBlock);
        long lies = places.offsets[block];
        DataKey key = places.keys[block];
        boolean isZero = lies == VolumeMap.ZERO;
        boolean joins =
            isZero == runIsZero
                && key == runKey
                && (isZero || lies + inBlock == runOffset + (at - runStart));
        if (!joins) {
          transfer(target, runStart, at, runIsZero, runOffset, runKey);
          runStart = at;
          runOffset = lies + inBlock;
          runIsZero = isZero;
          runKey = key;
        }
        at += length;
        from += length;
      }
    }
    transfer(target, runStart, end, runIsZero, runOffset, runKey);
    metadata.trimPages();
  }

  private void transfer(
      ByteBuffer target, int from, int to, boolean isZero, long offset, DataKey key)
      throws IOException {
    if (from == to) {
      return;
    }
    if (isZero) {
      fillZeroes(target, from, to);
    } else {
      device.read(key, offset, target.slice(from, to - from));
    }
  }

  static void fillZeroes(ByteBuffer target, int from, int to) {
    for (int at = from; at < to; ) {
      int length = Math.min(to - at, ZEROES.capacity());
      target.put(at, ZEROES, 0, length);
      at += length;
    }
  }

  // ---- write

  /** Writes; what must be DURABLE still needs a commit. */
  void write(Layer top, long offset, ByteBuffer source, Durability durability)
      throws IOException, BlockException {
    int at = source.position();
    int end = source.limit();
    int runStart = at;
    long runOffset = 0;
    while (at < end) {
      long position = offset + (at - source.position());
      long extent = position / PoolLayout.EXTENT_BYTES;
      int from = (int) (position % PoolLayout.EXTENT_BYTES);
      int length = Math.min(PoolLayout.EXTENT_BYTES - from, end - at);
      long held = heldAt(top, extent, VolumeMap.touched(from, from + length));
      if (held == 0) {
        writeRun(top, source, runStart, at, runOffset);
        length += notHeldBehind(top, extent, end - at - length);
        firstWrite.write(top, position, source.slice(at, length), durability);
        runStart = at + length;
      } else if (runStart == at) {
        runOffset = held + from;
      } else if (held + from != runOffset + (at - runStart)) {
        writeRun(top, source, runStart, at, runOffset);
        runStart = at;
        runOffset = held + from;
      }
      at += length;
    }
    writeRun(top, source, runStart, end, runOffset);
    metadata.trimPages();
  }

  /** Bytes behind an extent, of so many, that the top layer does not hold either. */
  private static int notHeldBehind(Layer top, long extent, int length) throws IOException {
    int bytes = 0;
    for (int i = 1; bytes < length && i < FirstWrite.EXTENTS_MAX; i++) {
      int more = Math.min(PoolLayout.EXTENT_BYTES, length - bytes);
      if (heldAt(top, extent + i, VolumeMap.touched(0, more)) != 0) {
        break;
      }
      bytes += more;
    }
    return bytes;
  }

  private void writeRun(Layer top, ByteBuffer source, int from, int to, long offset)
      throws IOException, BlockException {
    if (from < to) {
      path.awaitChangeable(offset, to - from);
      device.write(top.key(), offset, source.slice(from, to - from));
      log.dataWritten();
    }
  }

  /** Where the extent lies if the top layer holds all of these blocks on the device, else 0. */
  private static long heldAt(Layer top, long extent, int blocks) throws IOException {
    long entry = top.map.get(extent);
    return (MapEntry.mask(entry) & blocks) == blocks
        ? MapEntry.extent(entry) * PoolLayout.EXTENT_BYTES
        : 0;
  }

  // ---- zero and discard

  /**
   * Makes a range read as zeroes. Whole extents are given up where {@code release} allows it; what
   * is less than an extent is written, so that no discarded byte stays behind in an extent that is
   * kept.
   */
  void zero(Layer top, long offset, long length, boolean release)
      throws IOException, BlockException {
    long at = offset;
    long end = offset + length;
    while (at < end) {
      long extent = at / PoolLayout.EXTENT_BYTES;
      int from = (int) (at % PoolLayout.EXTENT_BYTES);
      int to = (int) Math.min(PoolLayout.EXTENT_BYTES, from + end - at);
      if (from == 0 && to == PoolLayout.EXTENT_BYTES && release) {
        releaseExtent(top, extent);
      } else {
        zeroWithin(top, extent, from, to);
      }
      at += to - from;
      metadata.trimPages();
    }
  }

  /** Gives up all extents from one on that show anything; looks at mapped extents alone. */
  void releaseFrom(Layer top, long first) throws IOException, BlockException {
    long extent = VolumeMap.nextMapped(top, first);
    while (extent >= 0) {
      releaseExtent(top, extent);
      metadata.trimPages();
      extent = VolumeMap.nextMapped(top, extent + 1);
    }
  }

  private void releaseExtent(Layer top, long extent) throws IOException, BlockException {
    if (VolumeMap.visible(top, extent) == 0) {
      return;
    }
    log.throttle();
    stripes.lock(extent, 1);
    try {
      boolean shows = VolumeMap.visible(top.below(), extent) != 0;
      top.requireDroppable();
      metadata.lock.lock();
      try {
        long old = top.map.get(extent);
        metadata.set(top.map, extent, shows ? MapEntry.of(0, PoolLayout.FULL_MASK) : 0);
        if (MapEntry.extent(old) != 0) {
          metadata.drop(top, MapEntry.extent(old), MapEntry.mask(old));
        }
      } finally {
        metadata.lock.unlock();
      }
    } finally {
      stripes.unlock(extent, 1);
    }
  }

  private void zeroWithin(Layer top, long extent, int from, int to)
      throws IOException, BlockException {
    int visible = VolumeMap.visible(top, extent) & VolumeMap.touched(from, to);
    if (visible == 0) {
      return;
    }
    int whole = VolumeMap.covered(from, to);
    if ((visible & ~whole) == 0 && holdAsZero(top, extent, whole)) {
      return;
    }
    ByteBuffer zeroes = ZEROES.slice(0, to - from);
    write(top, extent * PoolLayout.EXTENT_BYTES + from, zeroes, Durability.VISIBLE);
  }

  /** Holds whole blocks as zero by a record alone, where the layer has no extent for them. */
  private boolean holdAsZero(Layer top, long extent, int blocks)
      throws IOException, BlockException {
    log.throttle();
    stripes.lock(extent, 1);
    try {
      long entry = top.map.get(extent);
      if (MapEntry.extent(entry) != 0) {
        return false;
      }
      metadata.lock.lock();
      try {
        metadata.set(top.map, extent, MapEntry.of(0, MapEntry.mask(entry) | blocks));
      } finally {
        metadata.lock.unlock();
      }
      return true;
    } finally {
      stripes.unlock(extent, 1);
    }
  }
}
