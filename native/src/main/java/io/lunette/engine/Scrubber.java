/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.PurgeProgress;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes dirty extents CLEAN: released layers whole, and what live layers dropped.
 *
 * <p>A batch goes: zero the blocks that were written, flush, read them back, and only then, in one
 * commit, take the extents from the layer and call them CLEAN. A crash before that commit finds the
 * layer as it was and does the batch again; so it can be stopped anywhere. One thread decides,
 * several write.
 */
final class Scrubber {

  private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
  private static final int BATCH_EXTENTS = 1024;
  private static final IntConsumer NOBODY = extents -> {};

  private final Pool pool;
  private final Metadata metadata;
  private final ExecutorService writers;
  private final ExecutorService tails;
  private final ScrubPace pace;
  private final RunEraser eraser;
  private final Thread thread;

  private final ScrubQueue queue;

  /** Jobs by volume id; guarded by the lock of the metadata. */
  private final Map<Long, EraseJob> jobs = new HashMap<>();

  Scrubber(Pool pool) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.queue = new ScrubQueue(metadata, pool.finder);
    // A batch is written while the one before is read back.
    this.writers =
        Executors.newFixedThreadPool(2 * RunEraser.DEPTH, r -> Pool.daemon(r, "lunette-zero"));
    this.tails = Executors.newSingleThreadExecutor(r -> Pool.daemon(r, "lunette-scrub-tail"));
    this.pace =
        new ScrubPace(
            pool.io::getTaskCount, System::nanoTime, nanos -> LockSupport.parkNanos(this, nanos));
    this.eraser = new RunEraser(pool.device, pool.features, writers, pace);
    this.thread = Pool.daemon(this::run, "lunette-scrub");
  }

  /** Takes up what was released before the pool was opened. */
  void start() {
    metadata.lock.lock();
    try {
      for (Layer layer : metadata.layers()) {
        if (layer.id != Layer.ORPHANS && layer.slot.state() == LayerSlot.State.RELEASED) {
          queue.add(layer);
        }
      }
      for (Volume volume : metadata.volumes()) {
        if (volume.slot.state() == VolumeSlot.State.ERASING) {
          jobs.put(volume.id, newJob(volume));
        }
      }
    } finally {
      metadata.lock.unlock();
    }
    thread.start();
  }

  /** Stops after the batch that is under way. */
  void stop() {
    metadata.lock.lock();
    try {
      queue.close();
      pace.end();
    } finally {
      metadata.lock.unlock();
    }
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    queue.takePurges().forEach(VolumePurge::refuse);
    tails.shutdown();
    writers.shutdown();
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
    pace.limit(bytesPerSecond);
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
    return jobs.computeIfAbsent(volume.id, id -> newJob(volume));
  }

  /** Scrubs what the last crash left without an owner, before anything is served. */
  void scrubOrphans() throws IOException, BlockException {
    Layer orphans = metadata.layer(Layer.ORPHANS);
    while (orphans.droppedExtents > 0) {
      scrubDropped(orphans, NOBODY);
    }
  }

  private EraseJob newJob(Volume volume) {
    EraseJob job = new EraseJob();
    long extents = 0;
    for (Layer layer : released(volume.id)) {
      extents += layer.ownedExtents + layer.droppedExtents;
    }
    job.totalBytes.set(extents * PoolLayout.EXTENT_BYTES);
    return job;
  }

  private List<Layer> released(long volume) {
    List<Layer> found = new ArrayList<>();
    for (Layer layer : metadata.layers()) {
      if (layer.slot.volume() == volume && layer.slot.state() == LayerSlot.State.RELEASED) {
        found.add(layer);
      }
    }
    return found;
  }

  private void run() {
    while (!queue.isClosed()) {
      Layer layer = queue.next();
      if (layer == null) {
        queue.takePurges().forEach(VolumePurge::run);
        continue;
      }
      try {
        if (layer.slot.state() == LayerSlot.State.RELEASED) {
          scrubLayer(layer, NOBODY);
        } else {
          scrubDropped(layer, NOBODY);
        }
      } catch (IOException | BlockException | RuntimeException e) {
        if (pool.log.hasFailed()) {
          LOG.debug("scrub of layer {} ends with the pool", layer.id);
        } else {
          LOG.error("scrub of layer {} failed", layer.id, e);
        }
        quarantine(layer, e);
        pool.waiters.wake();
      }
    }
  }

  /**
   * Scrubs a released layer whole.
   *
   * @param scrubbed is told of every batch how many extents it gave back, by one thread at a time
   */
  void scrubLayer(Layer layer, IntConsumer scrubbed) throws IOException, BlockException {
    EraseJob job;
    metadata.lock.lock();
    try {
      job = jobs.get(layer.slot.volume());
    } finally {
      metadata.lock.unlock();
    }
    // The release must be durable before the first byte goes, and nobody may still be reading.
    pool.log.commit();
    awaitReaders();
    destroyKey(layer, job);
    IntConsumer told = job == null ? scrubbed : scrubbed.andThen(job::scrubbed);
    scrubMapped(layer, told);
    while (!queue.isClosed() && layer.droppedExtents > 0) {
      scrubDropped(layer, told);
    }
    if (!queue.isClosed()) {
      finish(layer, job);
    }
  }

  /**
   * What was written by a key that no layer needs any more is beyond reading before the first byte
   * of it is overwritten; where that was asked for, so are old copies of the key's record.
   */
  private void destroyKey(Layer layer, EraseJob job) throws IOException, BlockException {
    if (layer.key() != null) {
      pool.keys.destroyUnlessNamed(layer.key());
    }
    EraseRequest request = request(layer);
    if (request.method() != EraseMethod.CRYPTO || job == null || job.keyIsDestroyed) {
      return;
    }
    pool.keys.turn();
    job.keyIsDestroyed = true;
    if (request.sample().isNone()) {
      endErase(layer, job);
    }
  }

  /** Ends an erase with what is left to the scrub that follows any release. */
  private void endErase(Layer layer, EraseJob job) throws IOException, BlockException {
    EraseReport report = null;
    metadata.lock.lock();
    try {
      Volume volume = metadata.volume(layer.slot.volume());
      if (volume != null && volume.slot.state() == VolumeSlot.State.ERASING) {
        report = endErase(volume);
      }
    } finally {
      metadata.lock.unlock();
    }
    commit(report, job);
  }

  /** With the lock held. */
  private EraseReport endErase(Volume volume) throws IOException {
    EraseReport report = report(volume.slot);
    metadata.update(
        volume, with(volume.slot, VolumeSlot.State.WRITABLE, VolumeSlot.Erase.NONE), volume.top);
    jobs.remove(volume.id);
    return report;
  }

  private void scrubMapped(Layer layer, IntConsumer scrubbed) throws IOException, BlockException {
    try (ScrubTail tail = new ScrubTail(tails)) {
      Batch batch = gather(layer, layer.map, 0, Long.MAX_VALUE);
      while (!batch.indexes.isEmpty() && !queue.isClosed()) {
        Batch erased = batch;
        eraser.erase(erased.runs, erased.request);
        tail.begin(() -> finish(erased, scrubbed));
        batch = gather(layer, layer.map, erased.next, Long.MAX_VALUE);
      }
    }
  }

  /** Scrubs what the layer dropped, the oldest first; returns how many extents it dealt with. */
  int scrubDropped(Layer layer, IntConsumer scrubbed) throws IOException, BlockException {
    // What is dropped from here on may be in no commit when the first byte goes: a crash would find
    // a map that names it still.
    long end = droppedEnd(layer);
    pool.log.commit();
    awaitReaders();
    Batch batch = gather(layer, layer.dropped, 0, end);
    if (!batch.indexes.isEmpty()) {
      eraser.erase(batch.runs, batch.request);
      finish(batch, scrubbed);
    }
    return batch.indexes.size();
  }

  private long droppedEnd(Layer layer) {
    metadata.lock.lock();
    try {
      return layer.droppedEnd;
    } finally {
      metadata.lock.unlock();
    }
  }

  private void awaitReaders() {
    List<VolumeDevice> open = new ArrayList<>();
    metadata.lock.lock();
    try {
      for (Volume volume : metadata.volumes()) {
        if (volume.device != null) {
          open.add(volume.device);
        }
      }
    } finally {
      metadata.lock.unlock();
    }
    open.forEach(VolumeDevice::awaitInFlight);
  }

  /**
   * Extents of a layer that are scrubbed together.
   *
   * @param indexes of their entries in the tree
   * @param entries what there is to erase, the masks as far as they are trusted
   * @param runs the same as ranges of the device
   * @param next index where the batch after begins, -1 if this is the last
   */
  private record Batch(
      Layer layer,
      WordTree tree,
      List<Long> indexes,
      List<Long> entries,
      List<DirtyRuns.Run> runs,
      EraseRequest request,
      long next) {}

  private Batch gather(Layer layer, WordTree tree, long from, long end) throws IOException {
    List<Long> indexes = new ArrayList<>();
    List<Long> entries = new ArrayList<>();
    long at = from < 0 ? -1 : tree.nextNonZero(from);
    while (at >= 0 && at < end && indexes.size() < BATCH_EXTENTS) {
      long entry = tree.get(at);
      indexes.add(at);
      if (MapEntry.extent(entry) != 0) {
        int mask = layer.slot.suspect() ? PoolLayout.FULL_MASK : MapEntry.mask(entry);
        entries.add(MapEntry.of(MapEntry.extent(entry), mask));
      }
      at = tree.nextNonZero(at + 1);
    }
    return new Batch(layer, tree, indexes, entries, DirtyRuns.of(entries), request(layer), at);
  }

  /** Makes what was erased durable, looks whether it is, and gives the extents back. */
  private void finish(Batch batch, IntConsumer scrubbed) throws IOException, BlockException {
    eraser.flush();
    List<DirtyRuns.Run> sample = DirtyRuns.of(sampled(batch.entries, batch.request.sample()));
    eraser.verify(sample);
    int extents = batch.entries.size();
    metadata.lock.lock();
    try {
      for (long index : batch.indexes) {
        long entry = batch.tree.get(index);
        metadata.set(batch.tree, index, 0);
        if (MapEntry.extent(entry) != 0) {
          metadata.space.markClean(MapEntry.extent(entry));
        }
      }
      pool.waiters.count(extents);
      Volume volume = metadata.volume(batch.layer.slot.volume());
      if (volume != null && volume.slot.state() == VolumeSlot.State.ERASING) {
        VolumeSlot slot = volume.slot;
        long bytes = DirtyRuns.bytes(batch.runs);
        VolumeSlot.Erase done = slot.erase().plus(extents, bytes, DirtyRuns.bytes(sample));
        metadata.update(volume, with(slot, slot.state(), done), volume.top);
      }
    } finally {
      metadata.lock.unlock();
    }
    pool.log.commit();
    pool.waiters.wake();
    metadata.trimPages();
    scrubbed.accept(extents);
  }

  /**
   * Space that no job asked for is verified always: nobody else looks at it before it is reused.
   */
  private EraseRequest request(Layer layer) {
    metadata.lock.lock();
    try {
      Volume volume = metadata.volume(layer.slot.volume());
      return volume == null || volume.slot.state() != VolumeSlot.State.ERASING
          ? EraseRequest.zeroFillVerified()
          : EraseTerms.of(volume.slot.erase());
    } finally {
      metadata.lock.unlock();
    }
  }

  /** The entries to read back, of those that are sampled at least one. */
  private static List<Long> sampled(List<Long> entries, EraseSample sample) {
    if (sample.isNone() || entries.isEmpty()) {
      return List.of();
    }
    List<Long> taken =
        entries.stream().filter(entry -> sample.takes(MapEntry.extent(entry))).toList();
    return taken.isEmpty() ? entries.subList(0, 1) : taken;
  }

  private void finish(Layer layer, EraseJob job) throws IOException, BlockException {
    EraseReport report = null;
    metadata.lock.lock();
    try {
      queue.remove(layer);
      long volumeId = layer.slot.volume();
      metadata.removeLayer(layer);
      Volume volume = metadata.volume(volumeId);
      if (volume != null
          && volume.slot.state() == VolumeSlot.State.ERASING
          && released(volumeId).isEmpty()) {
        report = endErase(volume);
      }
    } finally {
      metadata.lock.unlock();
    }
    commit(report, job);
  }

  private void commit(EraseReport report, EraseJob job) throws BlockException {
    try {
      pool.log.commit();
    } catch (BlockException e) {
      if (report != null && job != null) {
        // The volume is not ERASING any more, so nobody else would end the job.
        job.result.completeExceptionally(
            new VolumeException(VolumeException.Kind.IO, "scrub failed: " + e.getMessage(), e));
      }
      throw e;
    }
    if (report != null && job != null) {
      job.result.complete(report);
    }
  }

  private EraseReport report(VolumeSlot slot) {
    VolumeSlot.Erase erase = slot.erase();
    return new EraseReport(
        new VolumeName(slot.name()),
        EraseTerms.of(erase),
        erase.extents(),
        erase.erasedBytes(),
        erase.verifiedBytes(),
        pool.device.readBackPath(),
        "pool " + pool.uuid + " on " + pool.device.lastingIdentity(),
        Instant.ofEpochMilli(erase.startMillis()),
        pool.clock.instant(),
        destroyedKey(erase));
  }

  private static Optional<String> destroyedKey(VolumeSlot.Erase erase) {
    boolean destroyed = EraseTerms.of(erase).method() == EraseMethod.CRYPTO && erase.key() != 0;
    return destroyed ? Optional.of(Long.toHexString(erase.key())) : Optional.empty();
  }

  /** A layer that cannot be scrubbed keeps its extents, and its volume never opens again. */
  void quarantine(Layer layer, Exception cause) {
    EraseJob job = null;
    metadata.lock.lock();
    try {
      queue.fail(layer);
      Volume volume = metadata.volume(layer.slot.volume());
      if (volume != null && volume.slot.state() == VolumeSlot.State.ERASING) {
        job = jobs.remove(volume.id);
        metadata.update(
            volume,
            with(volume.slot, VolumeSlot.State.QUARANTINED, volume.slot.erase()),
            volume.top);
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    } finally {
      metadata.lock.unlock();
    }
    if (job != null) {
      job.result.completeExceptionally(
          new VolumeException(
              VolumeException.Kind.IO, "scrub failed: " + cause.getMessage(), cause));
    }
  }

  static VolumeSlot with(VolumeSlot slot, VolumeSlot.State state, VolumeSlot.Erase erase) {
    return new VolumeSlot(
        state,
        slot.uuid(),
        slot.topLayer(),
        slot.sizeBytes(),
        slot.origin(),
        slot.name(),
        erase,
        slot.blockBytes());
  }
}
