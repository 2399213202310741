/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.PurgeProgress;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes dirty extents CLEAN: released layers whole, and what live layers dropped. One thread, which
 * goes from one to the next of {@link ScrubQueue}, has each scrubbed by {@link ScrubPipeline}, and
 * ends the erases that were waiting for it ({@link EraseJobs}).
 */
final class Scrubber {

  private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Between two attempts to empty a full journal; each flushes the device. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final IntConsumer NOBODY = extents -> {};

  private final Pool pool;
  private final Metadata metadata;
  private final ScrubQueue queue;
  private final EraseJobs erases;
  private final ScrubPipeline pipeline;
  private final Thread thread;

  /** Whether the journal was full when it was last looked at; of the thread alone. */
  private boolean wasStalled;

  private long triedNanos = System.nanoTime() - RETRY_NANOS;
  private volatile Optional<String> orphanTrouble = Optional.empty();

  Scrubber(Pool pool) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.queue = new ScrubQueue(metadata, pool.finder, pool.log);
    this.erases = new EraseJobs(pool);
    this.pipeline = new ScrubPipeline(pool, erases);
    this.thread = Pool.daemon(this::run, "lunette-scrub");
  }

  /**
   * Takes up what was released before the pool was opened. What is quarantined waits for the erase
   * of its volume, whose terms it is scrubbed by and whose report tells of it.
   */
  void start() {
    metadata.lock.lock();
    try {
      for (Layer layer : metadata.chains.layers()) {
        if (layer.id != Layer.ORPHANS
            && layer.slot.state() == LayerSlot.State.RELEASED
            && !isQuarantined(layer)) {
          queue.add(layer);
        }
        if (metadata.chains.damageOf(layer) != null
            && layer.slot.state() != LayerSlot.State.RELEASED) {
          queue.fail(layer);
        }
      }
      for (Volume volume : metadata.chains.volumes()) {
        if (volume.slot.state() == VolumeSlot.State.ERASING) {
          EraseJob ignored = erases.job(volume);
        }
      }
    } finally {
      metadata.lock.unlock();
    }
    thread.start();
  }

  private boolean isQuarantined(Layer layer) {
    Volume volume = metadata.chains.volume(layer.slot.volume());
    return volume != null && volume.slot.state() == VolumeSlot.State.QUARANTINED;
  }

  /** Stops after the batch that is under way. */
  void stop() {
    metadata.lock.lock();
    try {
      queue.close();
      pipeline.hurry();
    } finally {
      metadata.lock.unlock();
    }
    Pool.awaitQuietly(thread);
    queue.takePurges().forEach(VolumePurge::refuse);
    pipeline.close();
  }

  /** Has all scrubbed that a volume gave up, and says when; see {@link VolumePurge}. */
  void purge(long volume, PurgeProgress progress, IoCompletion completion) {
    VolumePurge purge = new VolumePurge(pool, this, queue, volume, progress, completion);
    if (!queue.add(purge)) {
      purge.refuse();
    }
  }

  /** Sets the most bytes a second that are written or read back, 0 for no limit. */
  void limit(long bytesPerSecond) {
    pipeline.limit(bytesPerSecond);
  }

  /** Has a released layer scrubbed; with the lock held. */
  void enqueue(Layer layer) {
    queue.add(layer);
  }

  /** Whether there are extents that it can make CLEAN; with the lock held. */
  boolean hasWork() {
    return queue.hasExtents();
  }

  /** Has it look for work at once; with the lock held. */
  void hurry() {
    queue.wake();
  }

  /** The job of a volume that is being erased; with the lock held. */
  EraseJob job(Volume volume) {
    return erases.job(volume);
  }

  /** The job of the same erase, if it has ended; see {@link EraseJobs#ended}. */
  EraseJob endedJob(Volume volume, EraseRequest request) {
    return erases.ended(volume, request);
  }

  /** What the last erase of a volume did, or null; see {@link EraseJobs#last}. */
  EraseReport lastErase(Volume volume) {
    return erases.last(volume);
  }

  /** What a volume says before an erase of it begins; see {@link EraseJobs#before}. */
  VolumeSlot.Erase beforeErase(Volume volume) {
    return erases.before(volume);
  }

  /** Ends the job of a volume that was deleted, if it has one. Takes the lock. */
  void abandon(Volume deleted) {
    EraseJob job;
    metadata.lock.lock();
    try {
      job = erases.forget(deleted);
    } finally {
      metadata.lock.unlock();
    }
    if (job != null) {
      job.result.completeExceptionally(
          new VolumeException(
              VolumeException.Kind.NOT_FOUND,
              "volume " + deleted.name() + " was deleted while it was erased"));
    }
  }

  /** See {@link EraseJobs#distrustAll}. */
  void distrustErases() throws IOException {
    erases.distrustAll();
  }

  /**
   * Scrubs what the last crash left without an owner, as far as can be; see {@link OrphanScrub}.
   *
   * @param isToBeTold whether some of it may be of after the opening before this one
   */
  void scrubOrphans(boolean isToBeTold) throws IOException, BlockException {
    Layer orphans = metadata.chains.layer(Layer.ORPHANS);
    orphanTrouble = new OrphanScrub(orphans, pipeline, erases).run(isToBeTold);
  }

  /** That some of that is left, and why, in a line. */
  Optional<String> orphanTrouble() {
    metadata.lock.lock();
    try {
      boolean isLeft = metadata.chains.layer(Layer.ORPHANS).droppedExtents > 0;
      return isLeft ? orphanTrouble : Optional.empty();
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Whatever happens, as want of memory does at any place, there is no other thread for this. */
  private void run() {
    Throwable failure = null;
    while (!queue.isClosed()) {
      try {
        if (failure != null) {
          LockSupport.parkNanos(this, PAUSE_NANOS);
          LOG.error("the scrubber goes on", failure);
          failure = null;
        }
        step();
      } catch (RuntimeException | Error e) {
        failure = e;
      }
    }
  }

  private void step() {
    ScrubQueue.Work work = queue.next();
    if (work == null) {
      queue.takePurges().forEach(Scrubber::run);
      endStall();
    } else {
      scrub(work);
    }
  }

  /**
   * Goes on with what else there is, or waits a while: for a purge that a merge is in the way of.
   */
  void goOnBesidePurges() {
    ScrubQueue.Work work = queue.nextBesidePurges();
    if (work != null) {
      scrub(work);
    }
  }

  /** What one purge ends in keeps no other from being made. */
  private static void run(VolumePurge purge) {
    try {
      purge.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a purge, or who asked for it when told of its end, failed", e);
    }
  }

  /**
   * Where the ring is full, and was when it was last looked at, looks whether there is space by
   * now: nobody else may, and erases, writes and merges wait for it.
   */
  private void endStall() {
    if (pool.log.isStalled() && System.nanoTime() - triedNanos >= RETRY_NANOS) {
      triedNanos = System.nanoTime();
      try {
        pool.log.tryAgain();
      } catch (BlockException e) {
        LOG.debug("the journal is full still: {}", e.getMessage());
      }
    }
    boolean isStalled = pool.log.isStalled();
    if (wasStalled && !isStalled) {
      pool.merger.spaceCame();
      pool.waiters.wake();
    }
    wasStalled = isStalled;
  }

  private void scrub(ScrubQueue.Work work) {
    Layer layer = work.layer();
    try {
      if (work.isWhole()) {
        scrubLayer(layer, NOBODY);
      } else {
        scrubDropped(layer, NOBODY);
      }
    } catch (IOException | BlockException | RuntimeException | Error e) {
      giveUp(layer, e);
    }
  }

  private void giveUp(Layer layer, Throwable cause) {
    if (pool.log.hasFailed()) {
      LOG.debug("scrub of layer {} ends with the pool", layer.id);
    } else if (isForLater(cause)) {
      LOG.debug("scrub of layer {} waits for a commit", layer.id);
    } else {
      LOG.error("scrub of layer {} failed", layer.id, cause);
    }
    failed(layer, cause);
    pool.waiters.wake();
  }

  /**
   * Scrubs a released layer whole.
   *
   * @param scrubbed is told of every batch how many extents it gave back, by one thread at a time
   */
  void scrubLayer(Layer layer, IntConsumer scrubbed) throws IOException, BlockException {
    requireReadable(layer);
    EraseJob job = erases.find(layer);
    Map<Layer, EraseJob> askedByKey =
        erases.isAskedByKey(layer) ? erases.askedByKey(queue.waiting()) : Map.of();
    pipeline.settle();
    destroyKeys(layer, askedByKey);
    IntConsumer told = job == null ? scrubbed : scrubbed.andThen(job::scrubbed);
    pipeline.scrubMapped(layer, queue::isClosed, told);
    while (!queue.isClosed() && layer.droppedExtents > 0) {
      scrubDropped(layer, told);
    }
    if (!queue.isClosed()) {
      pool.ends.hideBehindOrigin(layer.slot.volume());
      finish(layer, job);
    }
  }

  private void requireReadable(Layer layer) throws IOException {
    IOException damage;
    metadata.lock.lock();
    try {
      damage = metadata.chains.damageOf(layer);
    } finally {
      metadata.lock.unlock();
    }
    if (damage != null) {
      throw damage;
    }
  }

  /** Scrubs what the layer dropped, the oldest first; returns how many extents it dealt with. */
  int scrubDropped(Layer layer, IntConsumer scrubbed) throws IOException, BlockException {
    int dealtWith = pipeline.scrubDropped(layer, scrubbed);
    metadata.lock.lock();
    try {
      queue.succeeded(layer);
    } finally {
      metadata.lock.unlock();
    }
    return dealtWith;
  }

  /**
   * What was written by a key that no layer needs any more is beyond reading before the first byte
   * of it is overwritten; where that was asked for, so are old copies of the key's record. That
   * takes the wrapping anew of every other key, so it is done at once for all that wait for it.
   *
   * @param askedByKey erases by key that have settled
   */
  private void destroyKeys(Layer layer, Map<Layer, EraseJob> askedByKey)
      throws IOException, BlockException {
    if (!askedByKey.containsKey(layer)) {
      pool.keys.destroyUnlessNamed(keysOf(Set.of(layer)));
      return;
    }
    Set<Layer> layers = askedByKey.keySet();
    List<DataKey> keys = keysOf(layers);
    noteShared(layers, keys);
    pool.keys.destroyUnlessNamed(keys);
    pool.keys.turn();
    // Where they came to be shared since.
    noteShared(layers, keys);
    for (Map.Entry<Layer, EraseJob> asked : askedByKey.entrySet()) {
      asked.getValue().keyIsDestroyed = true;
      if (erases.request(asked.getKey()).sample().isNone()) {
        try {
          endErase(asked.getKey(), asked.getValue());
        } catch (IOException | BlockException e) {
          if (asked.getKey() == layer) {
            throw e;
          }
          giveUp(asked.getKey(), e);
        }
      }
    }
  }

  private static List<DataKey> keysOf(Set<Layer> layers) {
    return layers.stream().map(Layer::key).filter(Objects::nonNull).toList();
  }

  private void noteShared(Set<Layer> layers, List<DataKey> keys)
      throws IOException, BlockException {
    if (pool.keys.areShared(keys)) {
      for (Layer asked : layers) {
        erases.leavesElsewhere(asked);
      }
    }
  }

  private void endErase(Layer layer, EraseJob job) throws IOException, BlockException {
    EraseReport report;
    pool.ends.hideBehindOrigin(layer.slot.volume());
    metadata.lock.lock();
    try {
      report = erases.end(layer.slot.volume());
    } finally {
      metadata.lock.unlock();
    }
    erases.commit(report, job);
  }

  private void finish(Layer layer, EraseJob job) throws IOException, BlockException {
    EraseReport report;
    metadata.lock.lock();
    try {
      queue.remove(layer);
      long volume = layer.slot.volume();
      metadata.chains.removeLayer(layer);
      report = erases.endIfDone(volume);
    } finally {
      metadata.lock.unlock();
    }
    erases.commit(report, job);
  }

  /**
   * What becomes of a layer that was not scrubbed. For want of a commit that has space it is tried
   * again once one has; for want of space for its zeroes, that too, unless an erase is waiting to
   * be told.
   */
  void failed(Layer layer, Throwable cause) {
    if (!isForLater(cause)) {
      quarantine(layer, cause);
    }
  }

  private static boolean isForLater(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof BlockException)) {
      cause = cause.getCause();
    }
    return cause instanceof BlockException refusal
        && refusal.kind() == BlockException.Kind.OUT_OF_SPACE;
  }

  /**
   * A layer that cannot be scrubbed keeps its extents, and its volume never opens again. What else
   * that released waits with it for the next erase, as after a restart.
   */
  private void quarantine(Layer layer, Throwable cause) {
    EraseJob job;
    metadata.lock.lock();
    try {
      boolean isOfErase = erases.isErasing(layer.slot.volume());
      if (!isOfErase && cause instanceof DeviceException full && full.isNoSpace()) {
        queue.rest(layer);
        return;
      }
      queue.fail(layer);
      job = erases.quarantine(layer.slot.volume(), cause);
      if (isQuarantined(layer)) {
        metadata.chains.released(layer.slot.volume()).forEach(queue::fail);
      }
    } finally {
      metadata.lock.unlock();
    }
    if (job != null) {
      job.result.completeExceptionally(EraseJobs.failure(cause));
    }
  }
}
