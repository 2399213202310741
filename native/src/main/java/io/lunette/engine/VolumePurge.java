/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.PurgeProgress;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Has everything scrubbed that a volume has given up: its released layers, and what its live ones
 * dropped, also when the merges are done that are due: what a deleted snapshot has left lies under
 * the volume until then, and nobody sees most of it. On the scrubber's thread, which does other
 * work as long as a merge is waited for.
 *
 * <p>Nothing that was given up before it began escapes it: an extent stays with the volume's layers
 * until it is CLEAN, and a round that a merge may have moved extents behind is made again. What is
 * given up while it runs may be left to the next.
 */
final class VolumePurge {

  private final Pool pool;
  private final Metadata metadata;
  private final Scrubber scrubber;
  private final ScrubQueue queue;
  private final long volume;
  private final PurgeProgress progress;
  private final IoCompletion completion;

  /** What it ends in if there is no memory to say what it ended in. */
  private final BlockException unsaid =
      new BlockException(BlockException.Kind.INTERNAL, "the purge broke off for want of memory");

  /** Extents that are done, and that were to be done when the round began. */
  private long done;

  private long total;

  VolumePurge(
      Pool pool,
      Scrubber scrubber,
      ScrubQueue queue,
      long volume,
      PurgeProgress progress,
      IoCompletion completion) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.scrubber = scrubber;
    this.queue = queue;
    this.volume = volume;
    this.progress = progress;
    this.completion = completion;
  }

  /** Ends it without having done anything. */
  void refuse() {
    completion.failed(new BlockException(BlockException.Kind.GONE, "the pool is closed"));
  }

  void run() {
    BlockException failure = unsaid;
    try {
      failure = purge();
    } finally {
      end(failure);
    }
  }

  private void end(BlockException failure) {
    if (failure != null) {
      completion.failed(failure);
    } else if (queue.isClosed()) {
      refuse();
    } else {
      completion.completed();
    }
  }

  /** Returns what it failed of, or null. */
  private BlockException purge() {
    try {
      pool.log.commit();
      boolean again = true;
      while (again && !queue.isClosed()) {
        while (isMergeDue(false) && !queue.isClosed()) {
          scrubber.goOnBesidePurges();
        }
        again = round() || isMergeDue(true);
      }
      return null;
    } catch (IOException | BlockException | RuntimeException | Error e) {
      return PoolFailure.ofChange(e);
    }
  }

  /** A layer, and how many extents it had to give back when the round began. */
  private record Debt(Layer layer, boolean isReleased, long extents) {}

  /** Scrubs what there is; returns whether a merge may have moved something past it. */
  private boolean round() throws IOException, BlockException {
    long stamp = metadata.chains.moves.tryOptimisticRead();
    List<Debt> debts = debts();
    total = done + debts.stream().mapToLong(Debt::extents).sum();
    for (Debt debt : debts) {
      try {
        if (debt.isReleased) {
          scrubber.scrubLayer(debt.layer, this::scrubbed);
        } else {
          scrubDropped(debt);
        }
      } catch (IOException | BlockException | RuntimeException | Error e) {
        scrubber.failed(debt.layer, e);
        throw e;
      }
    }
    return !metadata.chains.moves.validate(stamp);
  }

  private void scrubDropped(Debt debt) throws IOException, BlockException {
    // The oldest come first, so these are those that were there when the round began.
    long left = debt.extents;
    int scrubbed = 1;
    while (left > 0 && scrubbed > 0 && !queue.isClosed()) {
      scrubbed = scrubber.scrubDropped(debt.layer, this::scrubbed);
      left -= scrubbed;
    }
  }

  /** More than was counted may have been given up meanwhile. */
  private void scrubbed(int extents) {
    done += extents;
    total = Math.max(total, done);
    progress.purged(done * PoolLayout.EXTENT_BYTES, total * PoolLayout.EXTENT_BYTES);
  }

  /**
   * Whether a layer is still to be merged with the one on it.
   *
   * @param demanded whether to throw if that will not be, as far as the merger can tell
   */
  private boolean isMergeDue(boolean demanded) throws BlockException {
    metadata.lock.lock();
    try {
      pool.log.requireSound();
      boolean isDue = false;
      for (Layer layer : layers()) {
        Layer below = layer.parent;
        if (below != null
            && below.slot.volume() == volume
            && below.ownedExtents > 0
            && LayerMerge.isPair(metadata.chains, below, layer)) {
          // A merge that the end of the pool is in the way of is due still: no purge has failed by
          // that.
          boolean isLeft = pool.merger.leavesAlone(below, layer) && !pool.isClosing();
          if (isLeft && demanded) {
            throw new BlockException(
                BlockException.Kind.MEDIUM_WRITE,
                "what a deleted snapshot left of the volume could not be merged, so not scrubbed");
          }
          isDue |= !isLeft;
        }
      }
      return isDue;
    } finally {
      metadata.lock.unlock();
    }
  }

  private List<Debt> debts() throws BlockException {
    metadata.lock.lock();
    try {
      List<Layer> layers = layers();
      while (layers.stream().anyMatch(layer -> layer.merging) && !queue.isClosed()) {
        queue.awaitChange();
        layers = layers();
      }
      requireNoErase();
      List<Debt> debts = new ArrayList<>();
      for (Layer layer : layers) {
        boolean isReleased = layer.slot.state() == LayerSlot.State.RELEASED;
        long extents = layer.droppedExtents + (isReleased ? layer.ownedExtents : 0);
        if (isReleased || extents > 0) {
          debts.add(new Debt(layer, isReleased, extents));
        }
      }
      return debts;
    } finally {
      metadata.lock.unlock();
    }
  }

  /** What an erase that failed has released waits for the next one, which says how it ended. */
  private void requireNoErase() throws BlockException {
    Volume purged = metadata.chains.volume(volume);
    if (purged != null && purged.slot.state() == VolumeSlot.State.QUARANTINED) {
      throw new BlockException(
          BlockException.Kind.MEDIUM_WRITE, "an erase of the volume failed: have it erased again");
    }
  }

  private List<Layer> layers() {
    return metadata.chains.layers().stream()
        .filter(layer -> layer.slot.volume() == volume)
        .toList();
  }
}
