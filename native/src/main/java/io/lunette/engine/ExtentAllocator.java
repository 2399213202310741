/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deals CLEAN extents to writers, out of batches that are reserved durably first: whatever reaches
 * the device before its map record does lies in an extent that a restart knows to be suspect.
 *
 * <p>Guarded by the lock of {@link Metadata}; {@link #take} must be called without it and may wait
 * for one commit.
 */
final class ExtentAllocator {

  private static final Logger LOG = LoggerFactory.getLogger(ExtentAllocator.class);
  private static final int MAX_BATCH = 1024;
  private static final int MIN_BATCH = 16;

  /** What is reserved at once, as a share of the pool: a restart scrubs all of it. */
  private static final int BATCH_SHARE = 64;

  private final Metadata metadata;
  private final ExtentFinder finder;
  private final CommitLog log;
  private final int batch;
  private final Deque<Long> ready = new ArrayDeque<>();
  private boolean refilling;

  ExtentAllocator(Metadata metadata, ExtentFinder finder, CommitLog log) {
    this.metadata = metadata;
    this.finder = finder;
    this.log = log;
    long share = metadata.space.dataExtents() / BATCH_SHARE;
    this.batch = (int) Math.max(MIN_BATCH, Math.min(MAX_BATCH, share));
  }

  /**
   * An extent of the caller's own, which stays reserved until the metadata {@link SpaceMap#settle}s
   * it.
   *
   * @throws BlockException OUT_OF_SPACE
   */
  long take() throws BlockException {
    while (true) {
      List<Long> reserved = List.of();
      metadata.lock.lock();
      try {
        log.requireSound();
        Long extent = ready.poll();
        if (ready.size() < batch / 2 && !refilling) {
          reserved = reserve();
          refilling = !reserved.isEmpty();
        }
        if (extent == null && !refilling) {
          throw new BlockException(
              BlockException.Kind.OUT_OF_SPACE,
              "the pool is full: no CLEAN extent is left; scrub what was returned, or grow the"
                  + " pool");
        }
        if (extent != null && reserved.isEmpty()) {
          return extent;
        }
        if (extent != null) {
          log.commit(new Refill(reserved));
          return extent;
        }
      } catch (IOException e) {
        throw PoolFailure.writing(e);
      } finally {
        metadata.lock.unlock();
      }
      if (reserved.isEmpty()) {
        log.commit();
      } else {
        try {
          log.commit();
        } catch (BlockException e) {
          giveBack(reserved);
          throw e;
        }
        endRefill(reserved);
      }
    }
  }

  /** Gives back what was reserved and never handed out; for a clean close. */
  void close() throws IOException {
    while (!ready.isEmpty()) {
      metadata.space.unreserve(ready.poll());
    }
  }

  private List<Long> reserve() throws IOException {
    List<Long> extents = new ArrayList<>();
    long wanted = finder.available(batch);
    while (extents.size() < wanted) {
      long bits = finder.nextCleanWord(finder.keptForMetadata());
      long taken = 0;
      long first = finder.word() << 6;
      for (long rest = bits; rest != 0 && extents.size() < wanted; rest &= rest - 1) {
        extents.add(first + Long.numberOfTrailingZeros(rest));
        taken |= Long.lowestOneBit(rest);
      }
      if (taken == 0) {
        break;
      }
      metadata.space.reserve(finder.word(), taken);
    }
    return extents;
  }

  private void endRefill(List<Long> extents) {
    metadata.lock.lock();
    try {
      ready.addAll(extents);
      refilling = false;
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Takes a reservation back that could not be made durable. */
  private void giveBack(List<Long> extents) {
    metadata.lock.lock();
    try {
      for (long extent : extents) {
        metadata.space.unreserve(extent);
      }
    } catch (IOException e) {
      LOG.warn("extents stay reserved until the pool is opened again: {}", e.getMessage());
    } finally {
      refilling = false;
      metadata.lock.unlock();
    }
  }

  /** Puts a batch to use once its reservation is durable. */
  private final class Refill implements IoCompletion {

    private final List<Long> extents;

    Refill(List<Long> extents) {
      this.extents = extents;
    }

    @Override
    public void completed() {
      endRefill(extents);
    }

    @Override
    public void failed(BlockException cause) {
      giveBack(extents);
    }
  }
}
