/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.ExtentRun;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a crash may have left on the device without a record: until it is scrubbed it is trusted no
 * more. With the lock of {@link Metadata} held, before anybody else has the pool.
 */
final class CrashRecovery {

  private static final Logger LOG = LoggerFactory.getLogger(CrashRecovery.class);

  private final Metadata metadata;
  private final RawDevice device;

  CrashRecovery(Metadata metadata, RawDevice device) {
    this.metadata = metadata;
    this.device = device;
  }

  /**
   * A crash in the middle of a checkpoint may have left pages in extents that are still CLEAN,
   * which the superblock announced: they are made zero again. What the device does not let be read
   * or overwritten, as a page that a power cut found being written, is reserved: {@link
   * #distrustReserved} has it scrubbed, or left alone.
   *
   * @return those, which may hold pages until then
   */
  SortedSet<Long> eraseUnfinishedPages(Superblock superblock) throws IOException {
    SortedSet<Long> left = new TreeSet<>();
    ByteBuffer found = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);
    ByteBuffer zeroes = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    boolean erased = false;
    for (ExtentRun run : superblock.taking()) {
      for (long at = run.first(); at < run.end(); at++) {
        if ((metadata.space.spaceWord(at >>> 6) >>> at & 1) == 0) {
          try {
            erased |= erase(at, found, zeroes);
          } catch (DeviceException e) {
            LOG.warn(
                "extent {} may hold pages of an unfinished checkpoint: {}", at, e.getMessage());
            metadata.space.reserve(at >>> 6, 1L << at);
            left.add(at);
          }
        }
      }
    }
    if (erased) {
      device.flush();
    }
    return left;
  }

  /** Makes the pages of an extent zero that are not; returns whether there were any. */
  private boolean erase(long extent, ByteBuffer found, ByteBuffer zeroes) throws DeviceException {
    device.read(extent * PoolLayout.EXTENT_BYTES, found.clear());
    boolean erased = false;
    for (int at = 0; at < PoolLayout.EXTENT_BYTES; at += PoolLayout.PAGE_BYTES) {
      if (found.slice(at, PoolLayout.PAGE_BYTES).mismatch(zeroes) >= 0) {
        // Past the cache where that can be had: a place that takes no write fails this, no flush.
        // And no holes: a full file system has no space for them.
        device.writePast(extent * PoolLayout.EXTENT_BYTES + at, zeroes);
        erased = true;
      }
    }
    return erased;
  }

  /**
   * What is still reserved may have been written without a record: after a crash, and after a close
   * too where a writer failed that had taken it. So may what a commit reserved that is taken for
   * torn: it was not if the medium has lost a block that it vouched for.
   *
   * @return whether there is such
   */
  boolean distrustReserved(Map<Long, Long> inVain) throws IOException {
    for (Map.Entry<Long, Long> word : inVain.entrySet()) {
      metadata.space.reserve(
          word.getKey(), word.getValue() & ~metadata.space.spaceWord(word.getKey()));
    }
    if (metadata.space.reservedExtents() == 0) {
      return false;
    }
    Layer orphans = metadata.chains.layer(Layer.ORPHANS);
    var reserved = metadata.tree(TreeKey.Kind.RESERVED);
    for (long word = reserved.nextNonZero(0); word >= 0; word = reserved.nextNonZero(word + 1)) {
      for (long bits = reserved.get(word); bits != 0; bits &= bits - 1) {
        long extent = (word << 6) + Long.numberOfTrailingZeros(bits);
        metadata.drop(orphans, extent, PoolLayout.FULL_MASK);
        metadata.space.settle(extent);
      }
      metadata.trimPages();
    }
    return true;
  }

  /**
   * After a crash: any block of an extent that takes writes may have been written to. So may those
   * of the layer below it that a merge was moving up, without a commit yet.
   */
  void distrustWritable() throws IOException {
    for (Layer layer : List.copyOf(metadata.chains.layers())) {
      if (layer.slot.state() == LayerSlot.State.WRITABLE) {
        distrust(layer);
        if (layer.parent != null && LayerMerge.isPair(metadata.chains, layer.parent, layer)) {
          distrust(layer.parent);
        }
      }
    }
  }

  private void distrust(Layer layer) throws IOException {
    if (layer.ownedExtents > 0 && !layer.slot.suspect()) {
      metadata.chains.setSuspect(layer);
    }
  }
}
