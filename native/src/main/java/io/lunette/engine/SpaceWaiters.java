/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes that found no CLEAN extent while dirty ones were waiting for the scrubber. They hold no
 * thread and are not counted as under way, for the scrubber waits for those that are.
 *
 * <p>A pool that is discarded and written anew would otherwise report itself full only because the
 * scrubber has not had its turn yet.
 */
final class SpaceWaiters {

  /**
   * Who waits tries again so often in any case: a scrub may rest for long, and room in the file
   * system under the pool comes without a word.
   */
  private static final long RETRY_SECONDS = 5;

  private static final Executor LATER =
      CompletableFuture.delayedExecutor(RETRY_SECONDS, TimeUnit.SECONDS, Runnable::run);

  /**
   * A write waits no longer than 20 s, and fails: initiators give one up after half a minute. Who
   * begins to wait again may be woken only by the next retry.
   */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20 - RETRY_SECONDS);

  private static final Logger LOG = LoggerFactory.getLogger(SpaceWaiters.class);

  private final Pool pool;
  private final Executor later;

  /** Guarded by the lock of the metadata. */
  private List<IoCompletion> waiting = new ArrayList<>();

  /** Changed with the lock held. */
  private volatile long cleaned;

  private boolean closed;

  /** Whether all that wait will be woken in any case. */
  private boolean isDue;

  SpaceWaiters(Pool pool) {
    this(pool, LATER);
  }

  /** {@link #SpaceWaiters(Pool)} with another clock. */
  SpaceWaiters(Pool pool, Executor later) {
    this.pool = pool;
    this.later = later;
  }

  /** Whether a write that waits since then is not to wait once more. */
  static boolean isOver(long sinceNanos) {
    return System.nanoTime() - sinceNanos >= PATIENCE_NANOS;
  }

  /** A count that has moved on whenever a dirty extent has become CLEAN since. */
  long cleaned() {
    return cleaned;
  }

  /** Counts extents that have become CLEAN; with the lock held. */
  void count(int extents) {
    cleaned += extents;
  }

  /**
   * Has a write tried again when there may be space for it.
   *
   * @param refusal OUT_OF_SPACE, as the write was told
   * @param seen what {@link #cleaned} said before the write was tried
   * @param again completed when it is worth a try, failed when the pool closes
   * @param patient whether it waits for an operator too, where nothing can become CLEAN
   * @return false if nothing can, and it is not patient: the pool is full
   */
  boolean await(BlockException refusal, long seen, IoCompletion again, boolean patient) {
    pool.metadata.lock.lock();
    try {
      if (closed) {
        return false;
      }
      if (cleaned == seen) {
        // No scrub helps a full file system. The allocator had none: what is left came since then.
        boolean isAnyLeft = pool.finder.available(1) > 0;
        boolean isFull = isAnyLeft ? PoolFailure.isOfDevice(refusal) : !pool.scrubber.hasWork();
        if (isFull && !patient) {
          return false;
        }
        if (isFull || !isAnyLeft) {
          if (!isDue) {
            later.execute(this::startWaking);
            isDue = true;
          }
          waiting.add(again);
          pool.scrubber.hurry();
          return true;
        }
      }
    } catch (RuntimeException | Error e) {
      // No memory to remember it by: who is told so may try again himself.
      return false;
    } finally {
      pool.metadata.lock.unlock();
    }
    again.completed();
    return true;
  }

  /** Lets all that wait try again. */
  void wake() {
    tell(take(false), IoCompletion::completed);
  }

  /** By another thread. This one ends every delay of the process, and would wait for a lock. */
  private void startWaking() {
    try {
      pool.io.execute(this::wakeAsDue);
    } catch (RejectedExecutionException e) {
      LOG.debug("nobody waits in a pool that is closed", e);
    } catch (Error e) {
      // No thread can be made, and nobody else comes.
      wakeAsDue();
    }
  }

  private void wakeAsDue() {
    pool.metadata.lock.lock();
    try {
      isDue = false;
    } finally {
      pool.metadata.lock.unlock();
    }
    wake();
  }

  /** Ends all that wait, and takes no more. */
  void close() {
    BlockException gone = new BlockException(BlockException.Kind.GONE, "the pool is closed");
    tell(take(true), waiter -> waiter.failed(gone));
  }

  /** Each of them hears of it, whatever another makes of that. */
  private static void tell(List<IoCompletion> waiters, Consumer<IoCompletion> what) {
    for (IoCompletion waiter : waiters) {
      try {
        what.accept(waiter);
      } catch (RuntimeException | Error e) {
        LOG.error("who waited for space failed when told of it", e);
      }
    }
  }

  private List<IoCompletion> take(boolean close) {
    pool.metadata.lock.lock();
    try {
      closed |= close;
      List<IoCompletion> taken = waiting;
      waiting = new ArrayList<>();
      return taken;
    } finally {
      pool.metadata.lock.unlock();
    }
  }
}
