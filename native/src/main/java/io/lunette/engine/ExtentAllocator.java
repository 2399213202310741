/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deals CLEAN extents to writers, out of batches that are reserved durably first: whatever reaches
 * the device before its map record does lies in an extent that a restart knows to be suspect.
 *
 * <p>Guarded by the lock of {@link Metadata}; {@link #take} must be called without it and may wait
 * for a reservation.
 */
final class ExtentAllocator {

  private static final Logger LOG = LoggerFactory.getLogger(ExtentAllocator.class);
  private static final int MIN_BATCH = 16;

  /** What is reserved at once, as a share of the pool and at most: a restart scrubs all of it. */
  private static final int USUAL_SHARE = 64;

  private static final int USUAL_BATCH = 1024;

  /** The same where writers take that many between two commits. */
  private static final int LARGE_SHARE = 16;

  private static final int LARGE_BATCH = 16_384;

  /** Words that one reservation looks at in vain, at most: a gibibyte. */
  private static final int SKIPPED_MAX = 256;

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Metadata metadata;
  private final ExtentFinder finder;
  private final CommitLog log;
  private final RoomAhead room;
  private final int usualBatch;
  private final int largeBatch;
  private final ReadyExtents ready = new ReadyExtents();
  private long dealtSinceCommit;

  /** Reserved at once now: twice as many after a writer had to wait, then slowly less again. */
  private int batch;

  /** A writer waits for the reservation that is under way. */
  private boolean hadToWait;

  private boolean refilling;
  private boolean closed;

  ExtentAllocator(Metadata metadata, ExtentFinder finder, CommitLog log, RoomAhead room) {
    this.metadata = metadata;
    this.finder = finder;
    this.log = log;
    this.room = room;
    this.usualBatch = share(USUAL_SHARE, USUAL_BATCH);
    this.largeBatch = share(LARGE_SHARE, LARGE_BATCH);
    this.batch = usualBatch;
  }

  private int share(int share, int most) {
    return (int) Math.max(MIN_BATCH, Math.min(most, metadata.space.dataExtents() / share));
  }

  /**
   * An extent of the caller's own, which stays reserved until the metadata {@link SpaceMap#settle}s
   * it.
   *
   * @param neighbours what the caller's volume took before
   * @param logical where in that volume it goes
   * @throws BlockException OUT_OF_SPACE
   */
  long take(Neighbours neighbours, long logical) throws BlockException {
    while (true) {
      Reservation reserved = Reservation.NONE;
      metadata.lock.lock();
      try {
        log.requireSound();
        Long extent = ready.isEmpty() ? null : ready.take(neighbours, logical);
        dealtSinceCommit += extent == null ? 0 : 1;
        if (ready.size() < batch / 2 && !refilling) {
          reserved = reserveAhead(batch);
          refilling = !reserved.isEmpty();
        } else if (extent == null && !hadToWait) {
          hadToWait = true;
          batch = Math.min(largeBatch, 2 * batch);
        }
        boolean isMoreToCome = refilling || metadata.space.lentExtents() > 0;
        if (extent == null && !isMoreToCome) {
          throw new BlockException(
              BlockException.Kind.OUT_OF_SPACE,
              "the pool is full: no CLEAN extent is left; scrub what was returned, or grow the"
                  + " pool");
        }
        if (extent != null && reserved.isEmpty()) {
          return extent;
        }
        if (extent != null) {
          refillLater(reserved);
          return extent;
        }
        if (reserved.isEmpty()) {
          awaitMore();
        }
      } catch (IOException e) {
        throw PoolFailure.writing(e);
      } finally {
        metadata.lock.unlock();
      }
      if (!reserved.isEmpty()) {
        refill(reserved);
      }
    }
  }

  /**
   * Waits for the reservation that is under way, or for what is put back or was lent. The commit of
   * the one is no measure: the file system makes room for the extents after that. Looks again in
   * any case, for where there was no memory nobody may tell of the end.
   */
  private void awaitMore() {
    boolean interrupted = Thread.interrupted();
    try {
      long ignored = metadata.moreExtents.awaitNanos(LOOK_NANOS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes a reservation durable and puts it to use; waited for. */
  private void refill(Reservation reserved) throws BlockException {
    boolean isDurable = false;
    try {
      if (reserved.isAhead) {
        log.commitAhead();
      } else {
        log.commit();
      }
      isDurable = true;
    } finally {
      if (!isDurable) {
        giveBack(reserved.extents);
      }
    }
    endRefill(reserved.extents);
  }

  /** {@link #refill} by whoever commits. */
  private void refillLater(Reservation reserved) {
    boolean isLeft = false;
    try {
      IoCompletion refill = new Refill(reserved.extents);
      if (reserved.isAhead) {
        log.commitAhead(refill);
      } else {
        log.commit(refill);
      }
      isLeft = true;
    } finally {
      if (!isLeft) {
        giveBack(reserved.extents);
      }
    }
  }

  /**
   * {@link #take} for who cannot wait: 0 where none is ready or more must be reserved. With the
   * lock held.
   */
  long takeReady(Neighbours neighbours, long logical) {
    boolean mustReserve = ready.size() < batch / 2 && !refilling;
    if (ready.isEmpty() || mustReserve) {
      return 0;
    }
    dealtSinceCommit++;
    return ready.take(neighbours, logical);
  }

  /** Takes back what {@link #take} gave and nothing was written to. */
  void putBack(List<Long> extents) {
    metadata.lock.lock();
    try {
      ready.putBack(extents);
      dealtSinceCommit -= extents.size();
      metadata.moreExtents.signalAll();
    } finally {
      metadata.lock.unlock();
    }
  }

  /**
   * Adds a reservation to a commit that is made anyway: one made for its own sake flushes all that
   * writers have written, who never asked for it. With the lock held.
   *
   * @return told when the commit has ended, or null if nothing was reserved
   */
  IoCompletion topUp() throws IOException {
    long wanted = Math.min(largeBatch, Math.max(batch, 2 * dealtSinceCommit));
    boolean needed = dealtSinceCommit > 0 && ready.size() < wanted / 2;
    dealtSinceCommit = 0;
    if (!needed || refilling || closed) {
      return null;
    }
    List<Long> reserved = reserve((int) wanted - ready.size(), false);
    Refill refill = reserved.isEmpty() ? null : new Refill(reserved);
    refilling = refill != null;
    return refill;
  }

  /** Gives back what was reserved and never handed out; for a clean close. */
  void close() throws IOException {
    closed = true;
    unreserve(ready.takeAll());
  }

  /** Gives back what was never handed out. With the lock held. */
  private void unreserve(List<Long> extents) throws IOException {
    int before = metadata.pendingBytes();
    try {
      for (long extent : extents) {
        metadata.space.unreserve(extent);
      }
    } catch (RuntimeException | Error e) {
      metadata.stopped(before, e);
      throw e;
    }
    room.giveBack(extents);
  }

  /**
   * Extents that were reserved.
   *
   * @param isAhead the records go ahead of what waits for a commit
   */
  private record Reservation(List<Long> extents, boolean isAhead) {

    static final Reservation NONE = new Reservation(List.of(), false);

    boolean isEmpty() {
      return extents.isEmpty();
    }
  }

  /** Reserves by records that wait for no data, if the next that are CLEAN are durably so. */
  private Reservation reserveAhead(int most) throws IOException {
    List<Long> extents = reserve(most, true);
    return extents.isEmpty()
        ? new Reservation(reserve(most, false), false)
        : new Reservation(extents, true);
  }

  private List<Long> reserve(int most, boolean ahead) throws IOException {
    List<Long> extents = new ArrayList<>();
    // Whole words of SPACE where there are enough, so that windows are whole.
    long wanted = finder.available(most + 63L & -64L);
    int skipped = 0;
    while (extents.size() < wanted) {
      long bits = finder.nextCleanWord(finder.keptForMetadata());
      if (bits != 0 && ahead && metadata.spaceCommitOf(finder.word()) > log.durableCommit()) {
        // What was scrubbed just now will do for the next reservation.
        if (skipped++ == SKIPPED_MAX) {
          break;
        }
        finder.skip();
        continue;
      }
      long taken = 0;
      long first = finder.word() << 6;
      for (long rest = bits; rest != 0 && extents.size() < wanted; rest &= rest - 1) {
        extents.add(first + Long.numberOfTrailingZeros(rest));
        taken |= Long.lowestOneBit(rest);
      }
      if (taken == 0) {
        break;
      }
      if (ahead) {
        metadata.space.reserveAhead(finder.word(), taken);
      } else {
        metadata.space.reserve(finder.word(), taken);
      }
    }
    return extents;
  }

  private void endRefill(List<Long> extents) {
    room.make(extents);
    metadata.lock.lock();
    try {
      if (closed) {
        // The last commit of all writes this down.
        unreserve(extents);
      } else {
        ready.addAll(extents);
      }
      if (!hadToWait) {
        batch = Math.max(usualBatch, batch - batch / 32);
      }
      hadToWait = false;
    } catch (IOException | RuntimeException | Error e) {
      warnReserved(e);
    } finally {
      refilling = false;
      metadata.moreExtents.signalAll();
      metadata.lock.unlock();
    }
  }

  private static void warnReserved(Throwable e) {
    LOG.warn("extents stay reserved until the pool is opened again: {}", e.toString());
  }

  /** Takes a reservation back that could not be made durable. */
  private void giveBack(List<Long> extents) {
    metadata.lock.lock();
    try {
      unreserve(extents);
    } catch (IOException | RuntimeException | Error e) {
      warnReserved(e);
    } finally {
      refilling = false;
      metadata.moreExtents.signalAll();
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
