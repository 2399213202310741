/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.engine.format.MapEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * The way of a batch: zero the blocks that were written, flush, read them back, and only then, in
 * one commit, take the extents from the layer and call them CLEAN. A crash before that commit finds
 * the layer as it was and does the batch again; so it can be stopped anywhere.
 *
 * <p>For one thread, which decides; several write.
 */
final class ScrubPipeline {

  private final Pool pool;
  private final Metadata metadata;
  private final EraseJobs erases;
  private final ExecutorService writers;
  private final ExecutorService tails;
  private final ScrubPace pace;
  private final RunEraser eraser;

  ScrubPipeline(Pool pool, EraseJobs erases) {
    this.pool = pool;
    this.metadata = pool.metadata;
    this.erases = erases;
    // A batch is written while the one before is read back.
    this.writers =
        Executors.newFixedThreadPool(2 * RunEraser.DEPTH, r -> Pool.daemon(r, "lunette-zero"));
    this.tails = Executors.newSingleThreadExecutor(r -> Pool.daemon(r, "lunette-scrub-tail"));
    this.pace =
        new ScrubPace(
            pool.operations::sum, System::nanoTime, nanos -> LockSupport.parkNanos(this, nanos));
    this.eraser = new RunEraser(pool, writers, pace);
  }

  /** Sets the most bytes a second that are written or read back, 0 for no limit. */
  void limit(long bytesPerSecond) {
    pace.limit(bytesPerSecond);
  }

  /** Holds nothing back from now on, so that what is under way ends soon. */
  void hurry() {
    pace.end();
  }

  /** Lets the threads go, once none of them is at the device any more. */
  void close() {
    for (ExecutorService threads : List.of(tails, writers)) {
      threads.shutdown();
      Pool.awaitQuietly(threads);
    }
  }

  /**
   * Has what was given up so far be so durably, and be read by nobody, before the first byte of it
   * goes: a crash would find a map that names it still.
   */
  void settle() throws BlockException {
    pool.log.commit();
    List<VolumeDevice> open = new ArrayList<>();
    metadata.lock.lock();
    try {
      for (Volume volume : metadata.chains.volumes()) {
        if (volume.device != null) {
          open.add(volume.device);
        }
      }
    } finally {
      metadata.lock.unlock();
    }
    open.forEach(VolumeDevice::awaitInFlight);
    pool.copier.awaitReads();
  }

  /**
   * Scrubs what a released layer maps, until it is to stop; the release has settled.
   *
   * @param scrubbed is told of every batch how many extents it gave back, by one thread at a time
   */
  void scrubMapped(Layer layer, BooleanSupplier stopped, IntConsumer scrubbed)
      throws IOException, BlockException {
    try (ScrubTail tail = new ScrubTail(tails)) {
      ScrubBatch batch = gather(layer, 0);
      while (!batch.isEmpty() && !stopped.getAsBoolean()) {
        ScrubBatch erased = batch;
        boolean elsewhere = erase(erased);
        tail.begin(() -> finish(erased, elsewhere, scrubbed));
        batch = gather(layer, erased.next());
      }
    }
  }

  private ScrubBatch gather(Layer layer, long from) throws IOException {
    return ScrubBatch.of(
        layer, layer.map, from, Long.MAX_VALUE, pace.extentsAtOnce(), erases.request(layer));
  }

  /** Scrubs a batch of what the layer dropped, the oldest first; returns how many it dealt with. */
  int scrubDropped(Layer layer, IntConsumer scrubbed) throws IOException, BlockException {
    long end = droppedEnd(layer);
    settle();
    ScrubBatch batch = gatherDropped(layer, 0, end);
    if (!batch.isEmpty()) {
      boolean elsewhere = erase(batch);
      finish(batch, elsewhere, scrubbed);
    }
    return batch.places().size();
  }

  /** Where what the layer has dropped by now ends. */
  long droppedEnd(Layer layer) {
    metadata.lock.lock();
    try {
      return layer.droppedEnd;
    } finally {
      metadata.lock.unlock();
    }
  }

  /** A batch of what the layer dropped and has settled, from an index on before another. */
  ScrubBatch gatherDropped(Layer layer, long from, long end) throws IOException {
    return ScrubBatch.of(
        layer, layer.dropped, from, end, pace.extentsAtOnce(), erases.request(layer));
  }

  /** Leaves a batch zero; returns whether some of it was not overwritten where it lay. */
  boolean erase(ScrubBatch batch) throws IOException {
    AtomicBoolean elsewhere = new AtomicBoolean();
    eraser.erase(
        batch.runs(),
        batch.request(),
        () -> {
          elsewhere.set(true);
          erases.leavesElsewhere(batch.layer());
        });
    return elsewhere.get();
  }

  /** Makes durable all that was erased so far. */
  void flush() throws IOException {
    eraser.flush();
  }

  /** Looks whether what was erased, and flushed, is zero; returns how many bytes it looked at. */
  long verify(ScrubBatch batch) throws IOException {
    List<DirtyRuns.Run> sample = batch.sample();
    eraser.verify(sample);
    return DirtyRuns.bytes(sample);
  }

  private void finish(ScrubBatch batch, boolean elsewhere, IntConsumer scrubbed)
      throws IOException, BlockException {
    flush();
    long verified = verify(batch);
    int given;
    metadata.lock.lock();
    try {
      given = giveBack(batch);
      erases.count(batch, verified, elsewhere);
    } finally {
      metadata.lock.unlock();
    }
    commit();
    scrubbed.accept(given);
  }

  /** Gives back what is zero and belonged to nobody, durably. */
  void reclaim(List<ScrubBatch> batches) throws IOException, BlockException {
    metadata.lock.lock();
    try {
      for (ScrubBatch batch : batches) {
        int ignored = giveBack(batch);
      }
    } finally {
      metadata.lock.unlock();
    }
    commit();
  }

  private void commit() throws IOException, BlockException {
    pool.log.commit();
    pool.waiters.wake();
    pool.merger.spaceCame();
    metadata.trimPages();
  }

  /**
   * Takes from the layer what it still names of a batch, with the lock held; returns how many. A
   * merge may have moved some to another layer meanwhile, whose turn they wait for.
   */
  private int giveBack(ScrubBatch batch) throws IOException {
    int given = 0;
    int before = metadata.pendingBytes();
    try {
      for (ScrubBatch.Place place : batch.places()) {
        if (MapEntry.extent(batch.tree().get(place.index())) == place.extent()) {
          metadata.set(batch.tree(), place.index(), 0);
          if (place.extent() != 0) {
            metadata.space.markClean(place.extent());
            given++;
          }
        }
      }
    } catch (RuntimeException | Error e) {
      metadata.stopped(before, e);
      throw e;
    }
    pool.waiters.count(given);
    return given;
  }
}
