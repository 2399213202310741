/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a pool. Made with it, so that there is one whatever memory is left by then. */
final class PoolClosing {

  private static final Logger LOG = LoggerFactory.getLogger(PoolClosing.class);

  private final Pool pool;

  PoolClosing(Pool pool) {
    this.pool = pool;
  }

  /** Commits everything, writes a checkpoint that says so, and lets the device go. */
  void close() throws IOException {
    try {
      try {
        endUse();
        giveBackReserved();
      } finally {
        pool.log.stop();
        pool.checkpointer.await();
      }
      // Before the lock of the metadata: whoever makes a key asks for that with the other held.
      boolean isClean = !pool.keys.isTurnLeft();
      if (!pool.log.hasFailed()) {
        pool.metadata.lock.lock();
        try {
          writeCheckpoint(isClean);
        } finally {
          pool.metadata.lock.unlock();
        }
      }
    } finally {
      pool.checkpoints.shutdown();
      try {
        pool.keys.close();
      } finally {
        pool.device.close();
      }
    }
  }

  /**
   * The last checkpoint. Where a full file system has no space for it, the next opening finds in
   * the journal what it would have said, as after a crash. What is of two epochs still is damage to
   * a check of a pool that was closed cleanly.
   */
  private void writeCheckpoint(boolean isClean) throws IOException {
    try {
      Checkpointer.Plan plan = pool.checkpointer.plan(pool.log.durableCommit());
      pool.metadata.takePending();
      pool.checkpointer.write(plan, pool.journal.position(), pool.journal.sequence(), isClean);
    } catch (DeviceException e) {
      if (!e.isNoSpace()) {
        throw e;
      }
      LOG.warn("closed without a last checkpoint: {}", e.getMessage());
      pool.device.flush();
    }
  }

  /** Ends all that reads or changes the pool, but for what is committed. */
  private void endUse() {
    try {
      pool.waiters.close();
      pool.copier.stop();
      pool.merger.stop();
      pool.scrubber.stop();
    } finally {
      for (ExecutorService executor : List.of(pool.cryptoErases, pool.io)) {
        executor.shutdown();
        Pool.awaitQuietly(executor);
      }
      // Also those on their callers' threads: one that has written a block has not recorded it yet.
      awaitOperations();
      pool.growth.close();
    }
  }

  private void giveBackReserved() throws IOException {
    pool.metadata.lock.lock();
    try {
      if (!pool.log.hasFailed()) {
        pool.allocator.close();
      }
    } finally {
      pool.metadata.lock.unlock();
    }
  }

  /** Waits until every operation has ended; none begins any more. */
  private void awaitOperations() {
    List<VolumeDevice> open;
    pool.metadata.lock.lock();
    try {
      open =
          pool.metadata.chains.volumes().stream()
              .map(volume -> volume.device)
              .filter(Objects::nonNull)
              .toList();
    } finally {
      pool.metadata.lock.unlock();
    }
    open.forEach(VolumeDevice::awaitInFlight);
  }

  /** Lets go without writing anything more. */
  void abandon() {
    pool.log.fail(new IOException("the pool was abandoned"));
    pool.log.stop();
    pool.waiters.close();
    pool.copier.stop();
    pool.merger.stop();
    pool.scrubber.stop();
    for (ExecutorService executor : List.of(pool.cryptoErases, pool.io)) {
      executor.shutdown();
      Pool.awaitQuietly(executor);
    }
    pool.checkpoints.shutdown();
    Pool.awaitQuietly(pool.checkpoints);
    // The device's descriptor may be another file's after this.
    awaitOperations();
    pool.growth.close();
    pool.keys.close();
    pool.device.close();
  }
}
