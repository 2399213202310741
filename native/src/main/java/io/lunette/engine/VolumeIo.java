/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.core.block.BlockException;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;

/**
 * The data path of one volume: synchronous, on the engine's I/O threads.
 *
 * <p>A write to blocks that the top layer holds goes straight to the device. A first write takes an
 * extent, or a new block of one, in four steps: take, write, then set the map in memory, then leave
 * the record to the next commit. First writes to one extent take turns by a striped lock, so that
 * two of them never take two extents. Reads take no lock at all: they see the map before or after,
 * and look again if an {@link AtomicWrite} changed it in between.
 */
final class VolumeIo {

  private static final int STRIPES = 32;
  static final ByteBuffer ZEROES =
      AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES).asReadOnlyBuffer();

  private final LayerDevice device;
  private final Metadata metadata;
  private final ExtentAllocator allocator;
  private final CommitLog log;
  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

  /**
   * Held for writing while an atomic write changes its entries, so that a read sees all or none.
   */
  final StampedLock swaps = new StampedLock();

  VolumeIo(LayerDevice device, Metadata metadata, ExtentAllocator allocator, CommitLog log) {
    this.device = device;
    this.metadata = metadata;
    this.allocator = allocator;
    this.log = log;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
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

  void write(Layer top, long offset, ByteBuffer source) throws IOException, BlockException {
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
        firstWrite(top, extent, from, source.slice(at, length));
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

  private void writeRun(Layer top, ByteBuffer source, int from, int to, long offset)
      throws IOException {
    if (from < to) {
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

  private void firstWrite(Layer top, long extent, int from, ByteBuffer source)
      throws IOException, BlockException {
    log.throttle();
    ReentrantLock stripe = stripe(extent);
    stripe.lock();
    try {
      long entry = top.map.get(extent);
      int blocks = VolumeMap.touched(from, from + source.remaining());
      long physical = MapEntry.extent(entry);
      boolean taken = physical == 0;
      if (taken) {
        physical = allocator.take();
      }
      int written = blocks;
      try {
        writeBlocks(top, extent, physical, entry, from, source);
        if (taken) {
          // What was held as zero without an extent must be zero in the extent.
          written |= zeroBlocks(top, physical, MapEntry.mask(entry) & ~blocks);
        }
        log.dataWritten();
      } catch (IOException e) {
        distrust(top, physical, taken);
        throw e;
      }
      putEntry(top, extent, MapEntry.of(physical, MapEntry.mask(entry) | written), taken);
    } finally {
      stripe.unlock();
    }
  }

  /**
   * Writes the bytes, and the rest of every block that they begin or end in and is not held yet.
   */
  private void writeBlocks(
      Layer top, long extent, long physical, long entry, int from, ByteBuffer source)
      throws IOException {
    int to = from + source.remaining();
    int held = MapEntry.extent(entry) == 0 ? 0 : MapEntry.mask(entry);
    int partial = VolumeMap.touched(from, to) & ~VolumeMap.covered(from, to) & ~held;
    long base = physical * PoolLayout.EXTENT_BYTES;
    if (partial == 0) {
      device.write(top.key(), base + from, source);
      return;
    }
    // Only blocks that are not held are filled up: a held one may be written by others meanwhile.
    int head = from % PoolLayout.BLOCK_BYTES;
    int start = isIn(partial, from) ? from - head : from;
    int tail = (PoolLayout.BLOCK_BYTES - to % PoolLayout.BLOCK_BYTES) % PoolLayout.BLOCK_BYTES;
    int end = isIn(partial, to - 1) ? to + tail : to;
    ByteBuffer filled = AlignedBuffers.allocate(end - start);
    long logical = extent * PoolLayout.EXTENT_BYTES;
    read(top, logical + start, filled.slice(0, from - start));
    read(top, logical + to, filled.slice(to - start, end - to));
    filled.put(from - start, source, source.position(), source.remaining());
    device.write(top.key(), base + start, filled);
  }

  private static boolean isIn(int blocks, int byteInExtent) {
    return (blocks >>> byteInExtent / PoolLayout.BLOCK_BYTES & 1) != 0;
  }

  /** After a failed write: what may have reached the device must be scrubbed with the rest. */
  void distrust(Layer layer, long physical, boolean taken) throws IOException {
    metadata.lock.lock();
    try {
      if (taken) {
        metadata.drop(layer, physical, PoolLayout.FULL_MASK);
        metadata.space.settle(physical);
      } else if (!layer.slot.suspect()) {
        metadata.setSuspect(layer);
      }
    } finally {
      metadata.lock.unlock();
    }
  }

  private void putEntry(Layer layer, long extent, long entry, boolean taken) throws IOException {
    metadata.lock.lock();
    try {
      metadata.set(layer.map, extent, entry);
      if (taken) {
        metadata.space.settle(MapEntry.extent(entry));
      }
    } finally {
      metadata.lock.unlock();
    }
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

  /** {@link #zero} of a range of which most was never written: looks at mapped extents alone. */
  void zeroBeyond(Layer top, long from, long to) throws IOException, BlockException {
    long aligned =
        Math.min(
            to,
            (from + PoolLayout.EXTENT_BYTES - 1)
                / PoolLayout.EXTENT_BYTES
                * PoolLayout.EXTENT_BYTES);
    zero(top, from, aligned - from, true);
    long end = (to + PoolLayout.EXTENT_BYTES - 1) / PoolLayout.EXTENT_BYTES;
    // Both ends may lie in one extent, whose beginning is not given up.
    long begin = (aligned + PoolLayout.EXTENT_BYTES - 1) / PoolLayout.EXTENT_BYTES;
    long extent = VolumeMap.nextMapped(top, begin);
    while (extent >= 0 && extent < end) {
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
    ReentrantLock stripe = stripe(extent);
    stripe.lock();
    try {
      boolean shows = VolumeMap.visible(top.below(), extent) != 0;
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
      stripe.unlock();
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
    write(top, extent * PoolLayout.EXTENT_BYTES + from, ZEROES.slice(0, to - from));
  }

  /** Holds whole blocks as zero by a record alone, where the layer has no extent for them. */
  private boolean holdAsZero(Layer top, long extent, int blocks)
      throws IOException, BlockException {
    log.throttle();
    ReentrantLock stripe = stripe(extent);
    stripe.lock();
    try {
      long entry = top.map.get(extent);
      if (MapEntry.extent(entry) != 0) {
        return false;
      }
      putEntry(top, extent, MapEntry.of(0, MapEntry.mask(entry) | blocks), false);
      return true;
    } finally {
      stripe.unlock();
    }
  }

  private int zeroBlocks(Layer top, long physical, int blocks) throws IOException {
    for (int rest = blocks; rest != 0; rest &= rest - 1) {
      long block = Integer.numberOfTrailingZeros(rest);
      device.write(
          top.key(),
          physical * PoolLayout.EXTENT_BYTES + block * PoolLayout.BLOCK_BYTES,
          ZEROES.slice(0, PoolLayout.BLOCK_BYTES));
    }
    return blocks;
  }

  private ReentrantLock stripe(long extent) {
    return stripes[(int) (extent % STRIPES)];
  }
}
