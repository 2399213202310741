/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import io.lunette.core.block.PurgeProgress;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.function.Function;

/**
 * An open volume: hands operations to the engine's I/O threads and keeps count of them. One for
 * each volume, shared by all that have it open.
 */
final class VolumeDevice {

  /** Longer operations would keep an event loop from its other connections. */
  private static final int PROMPT_BYTES_MAX = 1 << 20;

  private final Pool pool;
  private final long volume;
  private final VolumeIo io;
  private final PromptIo prompt;
  private final PromptFirstWrite promptFirst;
  private final AtomicWrite atomic;
  private final CommitLog log;
  private final SpaceWaiters waiters;
  private final Executor executor;
  private final GracePeriod inFlight = new GracePeriod();

  private final ReadWriteLock writers;
  private final int blockBytes;

  /** What the chain under the top needs; guarded by the lock of {@link Metadata}. */
  private KeyUse keys;

  private volatile Layer top;
  private volatile BlockGeometry geometry;
  private volatile boolean sealed;

  /** Handles that are open; guarded by the lock of {@link Metadata}. */
  int handles;

  /**
   * With the lock of the metadata held.
   *
   * @throws LockedKeyException if a key that the volume needs is not to be had
   */
  VolumeDevice(Pool pool, Volume volume) throws LockedKeyException {
    this.pool = pool;
    this.keys = KeyUse.of(volume.top);
    this.volume = volume.id;
    this.io = new VolumeIo(pool.path);
    this.prompt = new PromptIo(pool.path);
    this.promptFirst = new PromptFirstWrite(io, pool.path);
    this.atomic = new AtomicWrite(io, pool.path);
    this.log = pool.log;
    this.waiters = pool.waiters;
    this.executor = pool.io;
    this.writers = volume.writers;
    this.top = volume.top;
    this.blockBytes = volume.slot.blockBytes();
    resize(volume.slot.sizeBytes());
    this.sealed = volume.slot.state() == VolumeSlot.State.SEALED;
  }

  /** Whether the range lies inside the volume and is made of whole logical blocks. */
  boolean contains(long offset, long length) {
    return offset >= 0
        && length >= 0
        && offset <= geometry.sizeBytes() - length
        && ((offset | length) & (blockBytes - 1)) == 0;
  }

  BlockGeometry geometry() {
    return geometry;
  }

  BlockFeatures features(boolean readOnly) {
    return new BlockFeatures(
        readOnly || sealed,
        true,
        true,
        PoolLayout.EXTENT_BYTES,
        AtomicWrite.MAX_BYTES,
        !readOnly && !sealed,
        !readOnly && !sealed && top.key() != null);
  }

  boolean isSealed() {
    return sealed;
  }

  void resize(long newSizeBytes) {
    geometry =
        new BlockGeometry(
            newSizeBytes, blockBytes, PoolLayout.BLOCK_BYTES, PoolLayout.EXTENT_BYTES);
  }

  /** Lets go of the keys; nothing may be under way, nor begin. */
  void closeKeys() {
    keys.close();
  }

  /**
   * Puts another chain in the place of the top's, with writers excluded and the lock of the
   * metadata held; gives back what held the keys of the old one, to be closed when no read is under
   * way that began before.
   *
   * @param newKeys hold those of the new chain, and are closed with the device
   */
  KeyUse exchange(Layer newTop, KeyUse newKeys) {
    KeyUse before = keys;
    keys = newKeys;
    top = newTop;
    return before;
  }

  /** With writers excluded; the new top's chain has no key but those of the old one's. */
  void setTop(Layer newTop, boolean nowSealed) {
    top = newTop;
    sealed = nowSealed;
  }

  /** Begins an operation, to be ended by {@link #exit}. */
  int enter() {
    pool.operations.increment();
    return inFlight.enter();
  }

  void exit(int slot) {
    inFlight.exit(slot);
  }

  /** Waits until every operation has ended that is under way now. */
  void awaitInFlight() {
    inFlight.await();
  }

  /** On the caller's thread where nothing has to be waited for, else on an I/O thread. */
  void read(int slot, long offset, ByteBuffer target, IoCompletion caller) {
    boolean isRead;
    try {
      isRead = readAtOnce(offset, target);
    } catch (RuntimeException | Error e) {
      exit(slot);
      caller.failed(broken(e));
      return;
    }
    if (isRead) {
      exit(slot);
      caller.completed();
      return;
    }
    IoCompletion completion = new Counted(slot, caller);
    start(
        executor,
        completion,
        () -> {
          BlockException failure = runRead(() -> readTop(offset, target));
          if (failure == null) {
            completion.completed();
          } else {
            completion.failed(failure);
          }
        });
  }

  /** On one of the pool's threads, of which there are none once it is closed. */
  private static void start(Executor executor, IoCompletion completion, Runnable work) {
    try {
      executor.execute(work);
    } catch (RejectedExecutionException e) {
      completion.failed(poolIsClosed());
    } catch (Error e) {
      // No thread can be made.
      completion.failed(broken(e));
    }
  }

  /** Whether the pool takes no more operations. */
  boolean isPoolClosing() {
    return pool.isClosing();
  }

  static BlockException poolIsClosed() {
    return new BlockException(BlockException.Kind.GONE, "the pool is closed");
  }

  /**
   * Reads again if the top has become another meanwhile: a merge may have emptied the one that was
   * read, into a newer top that this read does not look at. Whoever sees an entry gone from there
   * sees the newer top, too, and no layer becomes a top again.
   */
  private void readTop(long offset, ByteBuffer target) throws IOException {
    Layer seen;
    do {
      seen = top;
      io.read(seen, offset, target);
    } while (seen != top);
  }

  void write(
      int slot,
      Opener opener,
      long offset,
      ByteBuffer source,
      Durability durability,
      IoCompletion c) {
    boolean isWritten;
    try {
      isWritten = durability == Durability.VISIBLE && writeAtOnce(offset, source);
    } catch (RuntimeException | Error e) {
      exit(slot);
      c.failed(broken(e));
      return;
    }
    if (isWritten) {
      exit(slot);
      c.completed();
      return;
    }
    Change change = () -> writeAnd(durability, offset, source);
    new Writing(opener, writers.readLock(), change, durability, c).start(slot);
  }

  private boolean writeAnd(Durability durability, long offset, ByteBuffer source)
      throws IOException, BlockException {
    if (durability == Durability.DURABLE && pool.through.attempt(top, offset, source)) {
      return true;
    }
    io.write(top, offset, source, durability);
    return false;
  }

  /** What no device reports: a defect, or want of memory. */
  private static BlockException broken(Throwable e) {
    return new BlockException(BlockException.Kind.INTERNAL, e.toString(), e);
  }

  /** A failure of the device is left to the I/O thread, which meets it again and reports it. */
  private boolean readAtOnce(long offset, ByteBuffer target) {
    try {
      long stamp = io.swaps.tryOptimisticRead();
      Layer seen = top;
      return stamp != 0
          && target.remaining() <= PROMPT_BYTES_MAX
          && prompt.read(seen, offset, target)
          && io.swaps.validate(stamp)
          && seen == top;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean writeAtOnce(long offset, ByteBuffer source) {
    if (source.remaining() > PROMPT_BYTES_MAX || !writers.readLock().tryLock()) {
      return false;
    }
    try {
      log.requireSound();
      return !sealed
          && (prompt.overwrite(top, offset, source) || promptFirst.attempt(top, offset, source));
    } catch (IOException | BlockException e) {
      return false;
    } finally {
      writers.readLock().unlock();
    }
  }

  void writeAtomic(
      int slot,
      Opener opener,
      long offset,
      ByteBuffer source,
      Durability durability,
      IoCompletion c) {
    Change change =
        () -> {
          atomic.write(top, offset, source);
          return false;
        };
    new Writing(opener, writers.writeLock(), change, durability, c).start(slot);
  }

  /** Not counted as under way, for it waits for whatever is. */
  void purge(PurgeProgress progress, IoCompletion completion) {
    pool.scrubber.purge(volume, progress, completion);
  }

  /** Not counted as under way, for it waits for whatever is; nor on a thread that serves that. */
  void cryptoErase(IoCompletion completion) {
    start(
        pool.cryptoErases,
        completion,
        () -> {
          BlockException failure = runWrite(() -> new CryptoErase(pool, volume, this).run());
          if (failure == null) {
            completion.completed();
          } else {
            completion.failed(failure);
          }
        });
  }

  void zero(
      int slot,
      Opener opener,
      long offset,
      long length,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    boolean release = provisioning == Provisioning.MAY_RELEASE;
    Change change =
        () -> {
          io.zero(top, offset, length, release);
          return false;
        };
    new Writing(opener, writers.readLock(), change, durability, completion).start(slot);
  }

  /** Lets writes that wait for space see that their opener has let go. */
  void wakeWaiters() {
    waiters.wake();
  }

  void flush(int slot, IoCompletion completion) {
    log.commit(new Counted(slot, completion));
  }

  ProvisioningRun provisioning(long offset) throws IOException, BlockException {
    while (true) {
      Layer seen = top;
      ProvisioningRun run = ProvisioningSearch.run(seen, geometry.sizeBytes(), offset);
      if (seen == top) {
        return run;
      }
    }
  }

  private interface Transfer {
    void run() throws IOException, BlockException;
  }

  private interface Change {
    /** Makes it; returns whether it is durable already. */
    boolean make() throws IOException, BlockException;
  }

  /** Who asked for an operation. */
  interface Opener {
    boolean isClosed();
  }

  /** A write from its first attempt to its end; tried again when it waited for space. */
  private final class Writing implements IoCompletion {

    private final Opener opener;
    private final Lock turn;
    private final Change change;
    private final Durability durability;
    private final IoCompletion caller;
    private boolean isDurable;

    Writing(Opener opener, Lock turn, Change change, Durability durability, IoCompletion caller) {
      this.opener = opener;
      this.turn = turn;
      this.change = change;
      this.durability = durability;
      this.caller = caller;
    }

    void start(int slot) {
      VolumeDevice.start(executor, new Counted(slot, caller), () -> attempt(slot));
    }

    private void attempt(int slot) {
      long cleaned = waiters.cleaned();
      BlockException failure = makeChange();
      if (failure == null && durability == Durability.DURABLE && !isDurable) {
        log.commitHere(new Counted(slot, caller));
        return;
      }
      inFlight.exit(slot);
      if (failure == null) {
        caller.completed();
      } else if (failure.kind() != BlockException.Kind.OUT_OF_SPACE
          || !waiters.await(failure, cleaned, this)) {
        caller.failed(failure);
      }
    }

    private BlockException makeChange() {
      turn.lock();
      try {
        if (sealed) {
          return new BlockException(BlockException.Kind.READ_ONLY, "the volume is sealed");
        }
        log.requireSound();
        isDurable = change.make();
        return null;
      } catch (IOException e) {
        return PoolFailure.writing(e);
      } catch (BlockException e) {
        return e;
      } catch (RuntimeException | Error e) {
        return broken(e);
      } finally {
        turn.unlock();
      }
    }

    @Override
    public void completed() {
      int slot = inFlight.enter();
      if (opener.isClosed()) {
        inFlight.exit(slot);
        caller.failed(new BlockException(BlockException.Kind.GONE, "the volume was closed"));
      } else {
        start(slot);
      }
    }

    @Override
    public void failed(BlockException closed) {
      caller.failed(closed);
    }
  }

  private BlockException runWrite(Transfer transfer) {
    return run(transfer, PoolFailure::writing);
  }

  private BlockException runRead(Transfer transfer) {
    return run(transfer, PoolFailure::reading);
  }

  private static BlockException run(
      Transfer transfer, Function<IOException, BlockException> failed) {
    try {
      transfer.run();
      return null;
    } catch (IOException e) {
      return failed.apply(e);
    } catch (BlockException e) {
      return e;
    } catch (RuntimeException | Error e) {
      return broken(e);
    }
  }

  /** Ends the count of an operation before its caller hears of the end. */
  private final class Counted implements IoCompletion {

    private final int slot;
    private final IoCompletion caller;

    Counted(int slot, IoCompletion caller) {
      this.slot = slot;
      this.caller = caller;
    }

    @Override
    public void completed() {
      inFlight.exit(slot);
      caller.completed();
    }

    @Override
    public void failed(BlockException failure) {
      inFlight.exit(slot);
      caller.failed(failure);
    }
  }
}
