/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.core.block.BlockException;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves what a nameless layer holds into the only layer that lies on it, a batch at a time.
 *
 * <p>An extent that the upper layer has nothing of moves by its map entry. Where both hold blocks
 * of one logical extent, the blocks of the lower that still show are copied into the extent of the
 * upper, for one entry names one extent; what the lower held goes to the dropped extents and so to
 * the scrubber. Each batch is one group of the journal, so every extent has one owner at any crash,
 * and a merge that was cut short is simply taken up again.
 *
 * <p>Writers of the upper layer wait for the length of a batch; readers never do.
 */
final class LayerMerge {

  private static final int BATCH_ENTRIES = 512;
  private static final int BATCH_COPIES = 16;

  private final Pool pool;
  private final Metadata metadata;
  private final Layer lower;
  private final Layer upper;
  private final ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);
  private long cursor;
  private boolean more = true;
  private boolean deleteIsDurable;

  LayerMerge(Pool pool, Layer lower, Layer upper) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.lower = lower;
    this.upper = upper;
  }

  /**
   * Whether two layers can become one: nobody names the lower, and nobody will ask for what the one
   * holds without the other. That is so where one volume wrote both; and where the lower's has been
   * deleted, so that no purge of it has to find what it gave up, and the upper's is sealed or
   * deleted too, so that no erase has to take the upper away and leave the lower.
   */
  static boolean isPair(Chains chains, Layer lower, Layer upper) {
    return lower.owner == null
        && lower.children == 1
        && lower.slot.state() == LayerSlot.State.FROZEN
        && upper.parent == lower
        && upper.slot.state() != LayerSlot.State.RELEASED
        && lower.slot.key() == upper.slot.key()
        && (lower.slot.volume() == upper.slot.volume()
            || (!upper.opaque
                && chains.volume(lower.slot.volume()) == null
                && isFinal(chains, upper)));
  }

  private static boolean isFinal(Chains chains, Layer layer) {
    Volume writer = chains.volume(layer.slot.volume());
    return writer == null || writer.slot.state() == VolumeSlot.State.SEALED;
  }

  /** What becomes of one logical extent: blocks to write to the device, then the map entries. */
  private record Step(long extent, long from, int copied, long to, int zeroed, long entry) {

    boolean writes() {
      return copied != 0 || zeroed != 0;
    }
  }

  /**
   * Does one batch.
   *
   * @return whether there is more to do
   */
  boolean run() throws IOException, BlockException {
    if (!deleteIsDurable) {
      // A crash must not bring back a snapshot whose blocks have been zeroed under it.
      pool.log.commit();
      deleteIsDurable = true;
    }
    pool.log.throttle();
    Volume writer = writer();
    if (writer == null) {
      return batch();
    }
    writer.writers.writeLock().lock();
    try {
      return batch();
    } finally {
      writer.writers.writeLock().unlock();
    }
  }

  /** The volume whose writes go to the upper layer, or null. */
  private Volume writer() {
    metadata.lock.lock();
    try {
      return upper.owner;
    } finally {
      metadata.lock.unlock();
    }
  }

  private boolean batch() throws IOException, BlockException {
    if (!claim()) {
      return false;
    }
    try {
      return claimed();
    } finally {
      metadata.lock.lock();
      try {
        upper.merging = false;
        lower.merging = false;
        pool.scrubber.hurry();
      } finally {
        metadata.lock.unlock();
      }
    }
  }

  private boolean claimed() throws IOException, BlockException {
    List<Step> steps = plan();
    requireDroppable(steps.isEmpty());
    boolean writes = steps.stream().anyMatch(Step::writes);
    boolean applied;
    try {
      if (writes) {
        distrustFrozen(steps);
        writeAll(steps);
      }
      applied = apply(steps);
    } catch (IOException | BlockException | RuntimeException | Error e) {
      if (writes) {
        distrustAfter(e);
      }
      throw e;
    }
    if (writes && !applied) {
      distrust(upper);
    }
    return applied && more;
  }

  /** What the layer may hold now is to be scrubbed; the failure is told of what fails here too. */
  private void distrustAfter(Throwable failure) {
    try {
      distrust(upper);
    } catch (IOException | RuntimeException | Error e) {
      PoolFailure.alsoFailed(failure, e);
    }
  }

  private void writeAll(List<Step> steps) throws IOException {
    KeyUse keys = KeyUse.ofMoving(upper, metadata);
    try {
      for (Step step : steps) {
        write(step);
      }
    } finally {
      keys.close();
    }
  }

  private boolean claim() {
    metadata.lock.lock();
    try {
      if (!isPair(metadata.chains, lower, upper)) {
        return false;
      }
      upper.merging = true;
      lower.merging = true;
      return true;
    } finally {
      metadata.lock.unlock();
    }
  }

  private List<Step> plan() throws IOException {
    List<Step> steps = new ArrayList<>();
    int copies = 0;
    long at = lower.map.nextNonZero(cursor);
    while (at >= 0 && steps.size() < BATCH_ENTRIES && copies < BATCH_COPIES) {
      Step step = step(at, lower.map.get(at), upper.map.get(at));
      steps.add(step);
      copies += step.writes() ? 1 : 0;
      at = lower.map.nextNonZero(at + 1);
    }
    return steps;
  }

  /** Reads the pages of what will be noted as dropped, as of the maps: not with the lock held. */
  private void requireDroppable(boolean isOfLower) throws IOException {
    upper.requireDroppable();
    long at = isOfLower ? lower.dropped.nextNonZero(0) : -1;
    for (int i = 1; at >= 0 && i < BATCH_ENTRIES; i++) {
      at = lower.dropped.nextNonZero(at + 1);
    }
  }

  private Step step(long extent, long below, long above) throws IOException {
    long from = MapEntry.extent(below);
    long to = MapEntry.extent(above);
    int held = MapEntry.mask(above);
    int shows = MapEntry.mask(below) & ~held;
    if (from == 0) {
      // Zeroes need to be held only where something shows below them.
      int hides = shows & VolumeMap.visible(lower.below(), extent);
      return new Step(extent, 0, 0, to, to == 0 ? 0 : hides, MapEntry.of(to, held | hides));
    }
    if (shows == 0) {
      return new Step(extent, 0, 0, to, 0, above);
    }
    if (to == 0) {
      return new Step(extent, 0, 0, from, held, MapEntry.of(from, held | shows));
    }
    return new Step(extent, from, shows, to, 0, MapEntry.of(to, held | shows));
  }

  /**
   * What is written before its record counts as written after a crash. Of a layer that takes writes
   * a recovery assumes that anyway.
   */
  private void distrustFrozen(List<Step> steps) throws IOException, BlockException {
    boolean isUpperFrozen = upper.slot.state() != LayerSlot.State.WRITABLE;
    boolean isBelow = false;
    for (Step step : steps) {
      isBelow |= enciphersBelow(step);
    }
    if (isUpperFrozen) {
      distrust(upper);
    }
    if (isBelow) {
      distrust(lower);
    }
    if (isUpperFrozen || isBelow) {
      pool.log.commit();
    }
  }

  /** Whether zeroes go to the lower layer's extent, and lie there as something else. */
  private boolean enciphersBelow(Step step) throws IOException {
    return lower.key() != null
        && step.zeroed != 0
        && step.to == MapEntry.extent(lower.map.get(step.extent));
  }

  private void distrust(Layer layer) throws IOException {
    metadata.lock.lock();
    try {
      if (!layer.slot.suspect()) {
        metadata.chains.setSuspect(layer);
      }
    } finally {
      metadata.lock.unlock();
    }
  }

  private void write(Step step) throws IOException {
    for (int rest = step.copied; rest != 0; rest &= rest - 1) {
      long block = (long) Integer.numberOfTrailingZeros(rest) * PoolLayout.BLOCK_BYTES;
      ByteBuffer one = buffer.slice(0, PoolLayout.BLOCK_BYTES);
      pool.path.device().read(lower.key(), step.from * PoolLayout.EXTENT_BYTES + block, one);
      one.rewind();
      pool.path.device().write(upper.key(), step.to * PoolLayout.EXTENT_BYTES + block, one);
    }
    for (int rest = step.zeroed; rest != 0; rest &= rest - 1) {
      long block = (long) Integer.numberOfTrailingZeros(rest) * PoolLayout.BLOCK_BYTES;
      pool.path
          .device()
          .write(
              upper.key(),
              step.to * PoolLayout.EXTENT_BYTES + block,
              VolumeIo.ZEROES.slice(0, PoolLayout.BLOCK_BYTES));
    }
    if (step.writes()) {
      pool.log.dataWritten();
    }
  }

  /** Records a batch; returns whether the two were still a pair. */
  private boolean apply(List<Step> steps) throws IOException {
    metadata.lock.lock();
    int before = metadata.pendingBytes();
    try {
      if (!isPair(metadata.chains, lower, upper)) {
        return false;
      }
      if (lower.slot.suspect()) {
        distrust(upper);
      }
      long stamp = metadata.chains.moves.writeLock();
      try {
        for (Step step : steps) {
          move(step);
        }
      } finally {
        steps.forEach(step -> metadata.chains.resolved.moved(step.extent));
        metadata.chains.moves.unlockWrite(stamp);
      }
      if (!steps.isEmpty()) {
        cursor = steps.get(steps.size() - 1).extent + 1;
      } else if (!moveDropped()) {
        metadata.chains.unlink(lower, upper);
        pool.scrubber.enqueue(lower);
        more = false;
      }
      return true;
    } catch (RuntimeException | Error e) {
      metadata.stopped(before, e);
      throw e;
    } finally {
      metadata.lock.unlock();
      metadata.trimPages();
    }
  }

  private void move(Step step) throws IOException {
    long old = lower.map.get(step.extent);
    metadata.set(upper.map, step.extent, step.entry);
    metadata.set(lower.map, step.extent, 0);
    long from = MapEntry.extent(old);
    if (from != 0 && from != MapEntry.extent(step.entry)) {
      metadata.drop(upper, from, writtenBlocks(old));
    }
  }

  /**
   * Moves a batch of the lower layer's dropped extents, seen by a purge that looks for them ({@link
   * VolumePurge}); returns whether there were any.
   */
  private boolean moveDropped() throws IOException {
    long stamp = metadata.chains.moves.writeLock();
    try {
      return moveSomeDropped() > 0;
    } finally {
      metadata.chains.moves.unlockWrite(stamp);
    }
  }

  private int moveSomeDropped() throws IOException {
    int moved = 0;
    long at = lower.dropped.nextNonZero(0);
    while (at >= 0 && moved < BATCH_ENTRIES) {
      long entry = lower.dropped.get(at);
      metadata.set(lower.dropped, at, 0);
      metadata.drop(upper, MapEntry.extent(entry), writtenBlocks(entry));
      moved++;
      at = lower.dropped.nextNonZero(at + 1);
    }
    return moved;
  }

  private int writtenBlocks(long entry) {
    return lower.slot.suspect() ? PoolLayout.FULL_MASK : MapEntry.mask(entry);
  }
}
