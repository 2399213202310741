/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import java.io.IOException;
import java.util.concurrent.locks.Lock;

/** A write from its first attempt to its end; tried again when it waited for space. */
final class VolumeWrite implements Runnable, IoCompletion {

  /** What it does to the volume. */
  interface Change {
    /** Makes it; returns whether it is durable already. */
    boolean make() throws IOException, BlockException;
  }

  private final Pool pool;
  private final VolumeDevice device;
  private final VolumeDevice.Opener opener;
  private final Lock turn;
  private final Change change;
  private final long offset;
  private final long length;
  private final Durability durability;
  private final CountedOperation end;
  private boolean isDurable;
  private boolean hasWaited;
  private long waitsSinceNanos;

  /**
   * Prepares one.
   *
   * @param turn held while the change is made
   */
  VolumeWrite(
      Pool pool,
      VolumeDevice device,
      VolumeDevice.Opener opener,
      Lock turn,
      Change change,
      long offset,
      long length,
      Durability durability,
      CountedOperation end) {
    this.pool = pool;
    this.device = device;
    this.opener = opener;
    this.turn = turn;
    this.change = change;
    this.offset = offset;
    this.length = length;
    this.durability = durability;
    this.end = end;
  }

  /** Has it done by an I/O thread. */
  void start() {
    VolumeDevice.start(pool.io, end, this);
  }

  @Override
  public void run() {
    long cleaned = pool.waiters.cleaned();
    BlockException failure = makeChange();
    if (failure == null && durability == Durability.DURABLE && !isDurable) {
      pool.log.commitHere(end);
      return;
    }
    end.leave();
    if (failure == null) {
      end.caller().completed();
    } else if (failure.kind() != BlockException.Kind.OUT_OF_SPACE || !await(failure, cleaned)) {
      end.caller().failed(failure);
    }
  }

  private boolean await(BlockException refusal, long cleaned) {
    if (!hasWaited) {
      hasWaited = true;
      waitsSinceNanos = System.nanoTime();
    }
    return !SpaceWaiters.isOver(waitsSinceNanos)
        && pool.waiters.await(refusal, cleaned, this, false);
  }

  private BlockException makeChange() {
    turn.lock();
    try {
      device.requireChangeable(offset, length);
      isDurable = change.make();
      end.need(device.neededBy(offset, length));
      if (durability == Durability.VISIBLE) {
        device.acknowledge(end.neededCommit());
      }
      return null;
    } catch (IOException | BlockException | RuntimeException | Error e) {
      return PoolFailure.ofChange(e);
    } finally {
      turn.unlock();
    }
  }

  @Override
  public void completed() {
    end.enterAgain();
    if (opener.isClosed()) {
      end.failed(new BlockException(BlockException.Kind.GONE, "the volume was closed"));
    } else {
      start();
    }
  }

  @Override
  public void failed(BlockException closed) {
    end.caller().failed(closed);
  }
}
