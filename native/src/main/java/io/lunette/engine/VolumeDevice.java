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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

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
  private final Executor executor;
  private final GracePeriod inFlight = new GracePeriod();

  private final ReadWriteLock writers;
  private final AtomicLong neededCommit;
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
    this.executor = pool.io;
    this.writers = volume.writers;
    this.neededCommit = volume.neededCommit;
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

  /** In its turn: what the volume was when the operation came, it need not be any more. */
  void requireChangeable(long offset, long length) throws BlockException {
    if (sealed) {
      throw new BlockException(BlockException.Kind.READ_ONLY, "the volume is sealed");
    }
    log.requireSound();
    if (!contains(offset, length)) {
      throw new BlockException(
          BlockException.Kind.OUT_OF_RANGE, length + " bytes at " + offset + ": cut off meanwhile");
    }
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
    CountedOperation end = null;
    VolumeRead read = null;
    try {
      if (!readAtOnce(offset, target)) {
        end = new CountedOperation(inFlight, slot, caller);
        read = new VolumeRead(this, offset, target, end);
      }
    } catch (RuntimeException | Error e) {
      exit(slot);
      caller.failed(PoolFailure.unexpected(e));
      return;
    }
    if (read != null) {
      start(executor, end, read);
    } else {
      exit(slot);
      caller.completed();
    }
  }

  /** On one of the pool's threads, of which there are none once it is closed. */
  static void start(Executor executor, IoCompletion completion, Runnable work) {
    try {
      executor.execute(work);
    } catch (RejectedExecutionException e) {
      completion.failed(poolIsClosed());
    } catch (Error e) {
      // No thread can be made.
      completion.failed(PoolFailure.unexpected(e));
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
  void readTop(long offset, ByteBuffer target) throws IOException {
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
    VolumeWrite writing = null;
    try {
      if (durability == Durability.DURABLE || !writeAtOnce(offset, source)) {
        writing =
            prepare(
                slot,
                opener,
                writers.readLock(),
                () -> writeAnd(durability, offset, source),
                offset,
                source.remaining(),
                durability,
                c);
      }
    } catch (RuntimeException | Error e) {
      exit(slot);
      c.failed(PoolFailure.unexpected(e));
      return;
    }
    if (writing != null) {
      writing.start();
    } else {
      exit(slot);
      c.completed();
    }
  }

  private VolumeWrite prepare(
      int slot,
      Opener opener,
      Lock turn,
      VolumeWrite.Change change,
      long offset,
      long length,
      Durability durability,
      IoCompletion caller) {
    CountedOperation end = new CountedOperation(inFlight, slot, caller);
    return new VolumeWrite(pool, this, opener, turn, change, offset, length, durability, end);
  }

  private boolean writeAnd(Durability durability, long offset, ByteBuffer source)
      throws IOException, BlockException {
    if (durability == Durability.DURABLE && pool.through.attempt(top, offset, source)) {
      return true;
    }
    io.write(top, offset, source, durability);
    return false;
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
      int length = source.remaining();
      boolean isWritten =
          !sealed
              && contains(offset, length)
              && (prompt.overwrite(top, offset, source)
                  || promptFirst.attempt(top, offset, source));
      if (isWritten) {
        acknowledge(neededBy(offset, length));
      }
      return isWritten;
    } catch (IOException | BlockException e) {
      return false;
    } finally {
      writers.readLock().unlock();
    }
  }

  /**
   * The commit with which all that the map says of a range is durable, or a later one; 0 if it is
   * already. Of who keeps the top from being changed, after the range was written.
   */
  long neededBy(long offset, long length) {
    Layer written = top;
    long needed = 0;
    long end = offset + length;
    for (long at = offset; at < end; at += PoolLayout.EXTENT_BYTES - at % PoolLayout.EXTENT_BYTES) {
      long extent = at / PoolLayout.EXTENT_BYTES;
      needed = Math.max(needed, pool.metadata.mapChanges.commitOf(written.id, extent));
    }
    return needed > log.durableCommit() ? needed : 0;
  }

  /** From then on a flush needs that commit: somebody was told that his write has ended. */
  void acknowledge(long needed) {
    if (needed > neededCommit.get()) {
      long ignored = neededCommit.accumulateAndGet(needed, Math::max);
    }
  }

  void writeAtomic(
      int slot,
      Opener opener,
      long offset,
      ByteBuffer source,
      Durability durability,
      IoCompletion c) {
    VolumeWrite writing;
    try {
      VolumeWrite.Change change =
          () -> {
            atomic.write(top, offset, source);
            return false;
          };
      Lock turn = writers.writeLock();
      writing = prepare(slot, opener, turn, change, offset, source.remaining(), durability, c);
    } catch (RuntimeException | Error e) {
      exit(slot);
      c.failed(PoolFailure.unexpected(e));
      return;
    }
    writing.start();
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
          BlockException failure = eraseByKey();
          if (failure == null) {
            completion.completed();
          } else {
            completion.failed(failure);
          }
        });
  }

  private BlockException eraseByKey() {
    try {
      new CryptoErase(pool, volume, this).run();
      return null;
    } catch (IOException | BlockException | RuntimeException | Error e) {
      return PoolFailure.ofChange(e);
    }
  }

  void zero(
      int slot,
      Opener opener,
      long offset,
      long length,
      Provisioning provisioning,
      Durability durability,
      IoCompletion c) {
    boolean release = provisioning == Provisioning.MAY_RELEASE;
    VolumeWrite writing;
    try {
      VolumeWrite.Change change =
          () -> {
            io.zero(top, offset, length, release);
            return false;
          };
      Lock turn = writers.readLock();
      writing = prepare(slot, opener, turn, change, offset, length, durability, c);
    } catch (RuntimeException | Error e) {
      exit(slot);
      c.failed(PoolFailure.unexpected(e));
      return;
    }
    writing.start();
  }

  /** Lets writes that wait for space see that their opener has let go. */
  void wakeWaiters() {
    pool.waiters.wake();
  }

  void flush(int slot, IoCompletion caller) {
    CountedOperation end;
    try {
      end = new CountedOperation(inFlight, slot, caller);
      end.need(neededCommit.get());
    } catch (RuntimeException | Error e) {
      exit(slot);
      caller.failed(PoolFailure.unexpected(e));
      return;
    }
    log.commit(end);
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

  /** Who asked for an operation. */
  interface Opener {
    boolean isClosed();
  }
}
