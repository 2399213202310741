/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Makes independent clones: a new layer on the source that nobody may open yet, filled with every
 * block that shows through it and is not zero, and at the end cut off from what lies below.
 *
 * <p>What the layer maps already is the durable cursor, so a copy goes on after a restart where the
 * last commit left it; the job has a cursor for a copy that waited for space. The source can be
 * deleted meanwhile, as it can under any clone. One copy runs at a time: two would only take turns
 * at the device.
 */
final class Copier {

  private static final long UNIT = PoolLayout.EXTENT_BYTES;

  private final Pool pool;
  private final Metadata metadata;
  private final VolumeIo io;
  private final ExecutorService executor;
  private final ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);

  /** The reads of sources, which no open volume counts. */
  private final GracePeriod reading = new GracePeriod();

  /** By volume id; guarded by the lock of the metadata. */
  private final Map<Long, CopyJob> jobs = new HashMap<>();

  private volatile boolean stopping;

  Copier(Pool pool) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.io = new VolumeIo(pool.path);
    this.executor = Executors.newSingleThreadExecutor(r -> Pool.daemon(r, "lunette-copy"));
  }

  /** Takes up the copies that the last closing, or a crash, cut short. */
  void start() {
    metadata.lock.lock();
    try {
      for (Volume volume : metadata.chains.volumes()) {
        if (volume.slot.state() == VolumeSlot.State.COPYING) {
          CopyJob ignored = job(volume);
        }
      }
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Stops between two extents; what is not ended goes on when the pool is opened again. */
  void stop() {
    stopping = true;
    executor.shutdown();
    Pool.awaitQuietly(executor);
    metadata.lock.lock();
    try {
      jobs.values().forEach(job -> job.result.completeExceptionally(poolWasClosed()));
      jobs.clear();
    } finally {
      metadata.lock.unlock();
    }
  }

  private static VolumeException poolWasClosed() {
    return new VolumeException(
        VolumeException.Kind.BUSY, "the pool was closed: the copy goes on when it is opened");
  }

  /** The job of a volume that is COPYING; with the lock held. */
  CopyJob job(Volume volume) {
    CopyJob known = jobs.get(volume.id);
    if (known != null && !known.result.isDone()) {
      return known;
    }
    CopyJob job = new CopyJob(volume, pool.waiters::wake);
    begin(job);
    if (!job.result.isDone()) {
      jobs.put(volume.id, job);
    }
    return job;
  }

  private void begin(CopyJob job) {
    try {
      executor.execute(() -> runToAnEnd(job));
    } catch (RejectedExecutionException e) {
      job.result.completeExceptionally(poolWasClosed());
    } catch (Error e) {
      // No thread can be made: the copy goes on when it is asked for again, or at the next opening.
      job.result.completeExceptionally(e);
    }
  }

  /** Whatever breaks, whoever waits for the job hears of it. */
  private void runToAnEnd(CopyJob job) {
    try {
      run(job);
    } catch (RuntimeException | Error e) {
      job.result.completeExceptionally(e);
      throw e;
    }
  }

  private void run(CopyJob job) {
    if (stopping) {
      return;
    }
    long cleaned = pool.waiters.cleaned();
    try {
      if (!job.isCancelled()) {
        // The volume exists durably before the first byte is copied for it.
        pool.log.commit();
        count(job);
        copyAll(job);
      }
      if (job.isCancelled()) {
        giveUp(job, cancellation(job));
      } else if (!stopping) {
        finish(job);
      }
    } catch (BlockException e) {
      refuse(job, e, cleaned);
    } catch (IOException e) {
      BlockException refusal = PoolFailure.writing(e);
      if (refusal.kind() == BlockException.Kind.OUT_OF_SPACE) {
        refuse(job, refusal, cleaned);
      } else {
        fail(job, e, false);
      }
    } catch (VolumeException | RuntimeException | Error e) {
      fail(job, e, false);
    }
  }

  private void refuse(CopyJob job, BlockException refusal, long cleaned) {
    if (!pool.isClosing() && !awaitsSpace(job, refusal, cleaned)) {
      fail(job, refusal, refusal.kind() == BlockException.Kind.OUT_OF_SPACE);
    }
  }

  /** Whether a copy that was refused for want of space will be tried again. */
  private boolean awaitsSpace(CopyJob job, BlockException refusal, long cleaned) {
    if (refusal.kind() != BlockException.Kind.OUT_OF_SPACE || job.isCancelled()) {
      return false;
    }
    IoCompletion again =
        new IoCompletion() {
          @Override
          public void completed() {
            begin(job);
          }

          @Override
          public void failed(BlockException closed) {
            // What closes the pool ends the job, too.
          }
        };
    return pool.waiters.await(refusal, cleaned, again, !isSourceThere(job.volume));
  }

  /**
   * Whether what is being copied is left if the copy is taken away. Of one that broke off when it
   * had been cut off from that already nobody can tell.
   */
  private boolean isSourceThere(Volume volume) {
    metadata.lock.lock();
    try {
      Layer below = volume.top.parent;
      return below != null && (below.owner != null || below.children > 1);
    } finally {
      metadata.lock.unlock();
    }
  }

  private void copyAll(CopyJob job) throws IOException, BlockException {
    KeyUse keys = KeyUse.ofMoving(job.volume.top, metadata);
    try {
      while (job.next >= 0 && !stopping && !job.isCancelled()) {
        job.next = copyNext(job, job.next);
      }
    } finally {
      keys.close();
    }
  }

  /** Once: a copy that waited for space goes on where it was. */
  private void count(CopyJob job) throws IOException {
    if (job.isCounted) {
      return;
    }
    long extents = 0;
    Layer below = job.volume.top.parent;
    for (long at = VolumeMap.nextMapped(below, 0); at >= 0; ) {
      extents++;
      at = VolumeMap.nextMapped(below, at + 1);
      metadata.trimPages();
    }
    job.totalBytes.set(extents * UNIT);
    job.isCounted = true;
  }

  /** Copies the first extent from there on that shows anything; returns the next, or -1. */
  private long copyNext(CopyJob job, long from) throws IOException, BlockException {
    // Shared with no writer but held against whoever deletes the volume.
    job.volume.writers.readLock().lock();
    try {
      if (job.isCancelled()) {
        return -1;
      }
      Layer top = job.volume.top;
      long extent = VolumeMap.nextMapped(top.below(), from);
      if (extent < 0 || extent * UNIT >= top.slot.sizeBytes()) {
        return -1;
      }
      int blocks = VolumeMap.visible(top.below(), extent) & ~MapEntry.mask(top.map.get(extent));
      if (blocks != 0) {
        copy(top, extent, blocks);
      }
      job.doneBytes.addAndGet(UNIT);
      return extent + 1;
    } finally {
      job.volume.writers.readLock().unlock();
      metadata.trimPages();
    }
  }

  private void copy(Layer top, long extent, int blocks) throws IOException, BlockException {
    long base = extent * UNIT;
    int length = (int) Math.min(UNIT, top.slot.sizeBytes() - base);
    readSource(top, base, buffer.slice(0, length));
    int wanted = 0;
    for (int rest = blocks; rest != 0; rest &= rest - 1) {
      int block = Integer.numberOfTrailingZeros(rest);
      int at = block * PoolLayout.BLOCK_BYTES;
      if (at < length && !isZero(at)) {
        wanted |= 1 << block;
      }
    }
    while (wanted != 0) {
      int first = Integer.numberOfTrailingZeros(wanted);
      int count = Integer.numberOfTrailingZeros(~(wanted >>> first));
      int at = first * PoolLayout.BLOCK_BYTES;
      int bytes = Math.min(count * PoolLayout.BLOCK_BYTES, length - at);
      io.write(top, base + at, buffer.slice(at, bytes), Durability.VISIBLE);
      wanted &= ~(((1 << count) - 1) << first);
    }
  }

  private void readSource(Layer top, long offset, ByteBuffer target) throws IOException {
    int slot = reading.enter();
    try {
      io.read(top, offset, target);
    } finally {
      reading.exit(slot);
    }
  }

  /** Waits until no read of a source is under way that began before. */
  void awaitReads() {
    reading.await();
  }

  private boolean isZero(int from) {
    for (int at = from; at < from + PoolLayout.BLOCK_BYTES; at += Long.BYTES) {
      if (buffer.getLong(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private void finish(CopyJob job) throws IOException, VolumeException, BlockException {
    Volume volume = job.volume;
    boolean finished = pool.directory.whileNobodyWrites(volume, () -> cutOff(volume));
    if (!finished) {
      return;
    }
    try {
      pool.log.commit();
    } catch (BlockException e) {
      // The volume is in use from now on. The next commit that succeeds makes that durable; a crash
      // before it has the copy end once more.
      job.result.completeExceptionally(failure(job, e, PoolFailure.isOfDevice(e)));
      return;
    }
    job.result.complete(info(volume));
  }

  private boolean cutOff(Volume volume) throws IOException {
    if (metadata.chains.volume(volume.id) != volume) {
      return false;
    }
    Layer below = metadata.chains.detach(volume.top);
    metadata.chains.update(
        volume,
        VolumeDirectory.with(
            volume, VolumeSlot.State.WRITABLE, volume.top, volume.slot.sizeBytes()),
        volume.top);
    if (below != null && below.children == 0 && below.owner == null) {
      pool.lineage.releaseAndEnqueue(below);
    }
    pool.merger.chainsChanged();
    jobs.remove(volume.id);
    return true;
  }

  private VolumeInfo info(Volume volume) {
    metadata.lock.lock();
    try {
      return pool.directory.info(volume);
    } finally {
      metadata.lock.unlock();
    }
  }

  /**
   * A copy that cannot be made is given up, unless what it is made of has been deleted and would go
   * with it; or its keys are not there, which may come back. One that was cancelled is given up
   * whatever has failed.
   */
  private void fail(CopyJob job, Throwable cause, boolean outOfSpace) {
    if (pool.log.hasFailed()) {
      job.result.completeExceptionally(
          new VolumeException(VolumeException.Kind.IO, cause.getMessage(), cause));
    } else if (job.isCancelled()) {
      Exception cancelled = cancellation(job);
      cancelled.addSuppressed(cause);
      giveUp(job, cancelled);
    } else if (cause instanceof LockedKeyException || !isSourceThere(job.volume)) {
      leave(job, failure(job, cause, outOfSpace));
    } else {
      giveUp(job, failure(job, cause, outOfSpace));
    }
  }

  private static CancellationException cancellation(CopyJob job) {
    return new CancellationException("the copy of " + job.volume.name() + " was cancelled");
  }

  private static VolumeException failure(CopyJob job, Throwable cause, boolean outOfSpace) {
    VolumeException.Kind kind =
        outOfSpace ? VolumeException.Kind.OUT_OF_SPACE : VolumeException.Kind.IO;
    return new VolumeException(
        cause instanceof LockedKeyException ? VolumeException.Kind.BUSY : kind,
        "the copy " + new VolumeName(job.volume.name()) + " has failed: " + cause.getMessage(),
        cause);
  }

  /** Ends the job and not the copy, which goes on when it is asked for, or the pool is opened. */
  private void leave(CopyJob job, Exception why) {
    metadata.lock.lock();
    try {
      jobs.remove(job.volume.id);
    } finally {
      metadata.lock.unlock();
    }
    job.result.completeExceptionally(why);
  }

  /** Takes away what there is of the copy; the scrubber sees to the rest. */
  private void giveUp(CopyJob job, Exception why) {
    Volume volume = job.volume;
    try {
      pool.directory.whileNobodyWrites(volume, () -> remove(volume));
      pool.log.commit();
    } catch (IOException | VolumeException | BlockException e) {
      why.addSuppressed(e);
    }
    job.result.completeExceptionally(why);
  }

  private Void remove(Volume volume) throws IOException {
    jobs.remove(volume.id);
    if (metadata.chains.volume(volume.id) == volume
        && volume.slot.state() == VolumeSlot.State.COPYING) {
      metadata.chains.removeVolume(volume);
      pool.lineage.releaseAndEnqueue(volume.top);
    }
    return null;
  }

  /** Ends the copy of a volume that is being deleted; with its writers excluded. */
  void abandon(Volume volume) {
    CopyJob job = jobs.remove(volume.id);
    if (job != null) {
      job.end();
      job.result.completeExceptionally(
          new CancellationException("volume " + volume.name() + " was deleted"));
    }
  }
}
