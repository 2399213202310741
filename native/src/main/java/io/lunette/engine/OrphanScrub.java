/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockException;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scrubs what the last crash left without an owner, before anything is served. What a full file
 * system or a bad sector does not let it overwrite and read back stays dirty, and is nobody's: it
 * is tried again at the next opening, and keeps neither the rest dirty nor the pool closed.
 */
final class OrphanScrub {

  private static final Logger LOG = LoggerFactory.getLogger(OrphanScrub.class);

  private final Layer orphans;
  private final ScrubPipeline pipeline;
  private final EraseJobs erases;
  private Exception refusal;

  OrphanScrub(Layer orphans, ScrubPipeline pipeline, EraseJobs erases) {
    this.orphans = orphans;
    this.pipeline = pipeline;
    this.erases = erases;
  }

  /**
   * Scrubs all that can be. An erase of a volume that may have written what cannot be is to say so.
   *
   * @param isToBeTold whether some of it may be of after the opening before this one, which has
   *     seen to that for the rest
   * @return that something is left, and why, in a line
   */
  Optional<String> run(boolean isToBeTold) throws IOException, BlockException {
    if (orphans.droppedExtents > 0) {
      refusable(this::scrub);
    }
    if (orphans.droppedExtents == 0) {
      return Optional.empty();
    }
    if (isToBeTold) {
      refusable(() -> erases.leavesElsewhere(orphans));
    }
    String left =
        "what the last crash left stays dirty, "
            + orphans.droppedExtents * (PoolLayout.EXTENT_BYTES >> 10)
            + " KiB that nobody is given, and the next start tries again: "
            + refusal.getMessage();
    LOG.warn("{}", left);
    return Optional.of(left);
  }

  private interface Change {
    void run() throws IOException, BlockException;
  }

  /** Where the file system is full, so may the ring be: no end of an erase is durable before. */
  private void refusable(Change change) throws IOException, BlockException {
    try {
      change.run();
    } catch (BlockException e) {
      requireNoSpace(e);
    } catch (IOException e) {
      if (e.getCause() instanceof BlockException refused) {
        requireNoSpace(refused);
      } else {
        throw e;
      }
    }
  }

  private void requireNoSpace(BlockException e) throws BlockException {
    if (e.kind() != BlockException.Kind.OUT_OF_SPACE) {
      throw e;
    }
    refusal = e;
  }

  private void scrub() throws IOException, BlockException {
    pipeline.settle();
    long end = pipeline.droppedEnd(orphans);
    ScrubBatch batch = pipeline.gatherDropped(orphans, 0, end);
    while (!batch.isEmpty()) {
      List<ScrubBatch> zero = zero(List.of(batch));
      if (zero.isEmpty()) {
        zero = zero(batch.singly());
      }
      pipeline.reclaim(zero);
      batch = pipeline.gatherDropped(orphans, batch.next(), end);
    }
  }

  private interface Step {
    void on(ScrubBatch batch) throws IOException;
  }

  /** Erases; returns what reads as zeroes then. */
  private List<ScrubBatch> zero(List<ScrubBatch> batches) throws IOException {
    List<ScrubBatch> erased = accepted(batches, pipeline::erase);
    pipeline.flush();
    return accepted(erased, pipeline::verify);
  }

  /** Of these the ones with which a step goes well. */
  private List<ScrubBatch> accepted(List<ScrubBatch> batches, Step step) throws IOException {
    List<ScrubBatch> accepted = new ArrayList<>();
    for (ScrubBatch batch : batches) {
      try {
        step.on(batch);
        accepted.add(batch);
      } catch (DeviceException e) {
        refusal = e;
      }
    }
    return accepted;
  }
}
