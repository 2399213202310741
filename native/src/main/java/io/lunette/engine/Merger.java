/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockException;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps chains short: merges the layers that deleted volumes leave behind, one pair after the
 * other, in a thread of its own. A layer that several others lie on, or from which an erase of the
 * one on it must be told apart ({@link LayerMerge#isPair}), stays as it is.
 */
final class Merger {

  private static final Logger LOG = LoggerFactory.getLogger(Merger.class);

  /** Before another look where memory was wanting. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Pool pool;
  private final Metadata metadata;
  private final Thread thread;
  private final Condition wanted;

  /** Layers whose merge failed: left alone until the pool is opened again. */
  private final Set<Layer> failed = new HashSet<>();

  /**
   * Layers whose merge found no space: left alone until some has come. Guarded by the lock of the
   * metadata.
   */
  private final Set<Layer> starved = new HashSet<>();

  /** Found by the last look at all layers, and not merged yet; of the thread alone. */
  private final Queue<Pair> found = new PriorityQueue<>(Comparator.comparingLong(Pair::entries));

  /** Guarded by the lock of the metadata. */
  private boolean looked;

  private volatile boolean stopping;

  Merger(Pool pool) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.wanted = metadata.lock.newCondition();
    this.thread = Pool.daemon(this::run, "lunette-merge");
  }

  void start() {
    thread.start();
  }

  /**
   * Says that a layer may have lost its name or all but one of those on it, or that a volume was
   * sealed; with the lock held.
   */
  void chainsChanged() {
    looked = false;
    wanted.signal();
  }

  /**
   * Says that extents have become CLEAN, that there are more than before, or that the journal has
   * room again. Takes the lock.
   */
  void spaceCame() {
    metadata.lock.lock();
    try {
      if (!starved.isEmpty()) {
        starved.clear();
        chainsChanged();
      }
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Stops after the batch that is under way. */
  void stop() {
    metadata.lock.lock();
    try {
      stopping = true;
      wanted.signal();
    } finally {
      metadata.lock.unlock();
    }
    Pool.awaitQuietly(thread);
  }

  private void run() {
    for (Pair pair = next(); pair != null; pair = next()) {
      long cleaned = pool.waiters.cleaned();
      try {
        LayerMerge merge = new LayerMerge(pool, pair.lower, pair.upper);
        while (!stopping && merge.run()) {
          pool.log.requireSound();
        }
      } catch (IOException | BlockException | RuntimeException | Error e) {
        leaveAlone(pair.lower, e, cleaned);
        if (pool.log.hasFailed()) {
          return;
        }
        LOG.warn("layer {} stays apart from the one on it: {}", pair.lower.id, e.toString());
      }
    }
  }

  /**
   * Leaves a layer alone whose merge failed.
   *
   * @param cleaned what {@link SpaceWaiters#cleaned} said before it was tried
   */
  private void leaveAlone(Layer lower, Throwable cause, long cleaned) {
    metadata.lock.lock();
    try {
      if (!isWantOfSpace(cause)) {
        failed.add(lower);
      } else if (pool.waiters.cleaned() == cleaned) {
        starved.add(lower);
      }
      pool.scrubber.hurry();
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Whether a layer will not be merged with the one on it, as things are; with the lock held. */
  boolean leavesAlone(Layer lower, Layer upper) {
    return failed.contains(lower)
        || starved.contains(lower)
        || metadata.chains.damageOf(lower) != null
        || metadata.chains.damageOf(upper) != null
        || !thread.isAlive();
  }

  private static boolean isWantOfSpace(Throwable cause) {
    return cause instanceof DeviceException device
        ? device.isNoSpace()
        : cause instanceof BlockException block && block.kind() == BlockException.Kind.OUT_OF_SPACE;
  }

  /** The next pair, waited for; null when there is no time left for one. */
  private Pair next() {
    Pair pair = cheapest();
    while (pair == null && awaitChange()) {
      lookAtAll();
      pair = cheapest();
    }
    return stopping ? null : pair;
  }

  private void lookAtAll() {
    try {
      ShortHolds.ofLayers(metadata, this::look);
    } catch (RuntimeException | Error e) {
      LOG.warn("not all layers were looked at for what can be merged", e);
      LockSupport.parkNanos(this, PAUSE_NANOS);
      lookAgain();
    }
    if (!found.isEmpty()) {
      // Two that become one may be a pair with a third.
      lookAgain();
    }
  }

  private void look(Layer upper) {
    Layer lower = upper.parent;
    if (lower != null
        && LayerMerge.isPair(metadata.chains, lower, upper)
        && !leavesAlone(lower, upper)) {
      found.add(new Pair(lower, upper, lower.ownedExtents));
    }
  }

  /** Of the pairs that were found, the one of which the fewest entries move, or null. */
  private Pair cheapest() {
    metadata.lock.lock();
    try {
      Pair pair = found.poll();
      while (pair != null && pair.entries < pair.lower.ownedExtents) {
        // Another was merged into its lower layer meanwhile.
        found.add(new Pair(pair.lower, pair.upper, pair.lower.ownedExtents));
        pair = found.poll();
      }
      return pair;
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Waits until chains may be other than when they were last looked at; false at the end. */
  private boolean awaitChange() {
    metadata.lock.lock();
    try {
      while (looked && !stopping) {
        wanted.awaitUninterruptibly();
      }
      looked = true;
      return !stopping;
    } finally {
      metadata.lock.unlock();
    }
  }

  private void lookAgain() {
    metadata.lock.lock();
    try {
      looked = false;
    } finally {
      metadata.lock.unlock();
    }
  }

  /**
   * Two layers that could be merged when they were looked at.
   *
   * @param entries that the lower held then
   */
  private record Pair(Layer lower, Layer upper, long entries) {}
}
