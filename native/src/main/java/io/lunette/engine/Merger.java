/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps chains short: merges the layers that deleted volumes leave behind, one pair after the
 * other, in a thread of its own. A layer that several others lie on, or from which an erase of the
 * one on it must be told apart ({@link LayerMerge#isPair}), stays as it is.
 */
final class Merger {

  private static final Logger LOG = LoggerFactory.getLogger(Merger.class);

  private final Pool pool;
  private final Metadata metadata;
  private final Thread thread;
  private final Condition wanted;

  /** Layers whose merge failed: left alone until the pool is opened again. */
  private final Set<Layer> failed = new HashSet<>();

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
    for (LayerMerge merge = next(); merge != null; merge = next()) {
      try {
        while (!stopping && merge.run()) {
          pool.log.requireSound();
        }
      } catch (IOException | BlockException | RuntimeException e) {
        if (pool.log.hasFailed()) {
          return;
        }
        LOG.warn("layer {} stays apart from the one on it: {}", merge.lower().id, e.getMessage());
        failed.add(merge.lower());
      }
    }
  }

  /** The next pair, waited for; null when there is no time left for one. */
  private LayerMerge next() {
    metadata.lock.lock();
    try {
      while (!stopping) {
        if (!looked) {
          LayerMerge found = find();
          if (found != null) {
            return found;
          }
          looked = true;
        }
        wanted.awaitUninterruptibly();
      }
      return null;
    } finally {
      metadata.lock.unlock();
    }
  }

  private LayerMerge find() {
    for (Layer upper : metadata.chains.layers()) {
      Layer lower = upper.parent;
      if (lower != null
          && LayerMerge.isPair(metadata.chains, lower, upper)
          && !failed.contains(lower)) {
        return new LayerMerge(pool, lower, upper);
      }
    }
    return null;
  }
}
