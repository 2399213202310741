/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.ExtentRun;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreeRoot;
import io.lunette.engine.map.TreeCheckpoint;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes the trees out of place, then a superblock that refers to them and to the place in the
 * journal up to which they know everything, while commits go on behind that place.
 *
 * <p>{@link #plan} runs under the lock of {@link Metadata} in the same hold that takes a commit's
 * records; {@link #start} is called when that commit is durable. So a checkpoint is exactly the
 * state after one commit.
 */
final class Checkpointer {

  private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

  /** What one checkpoint writes. */
  record Plan(UnsavedTrees.Frozen frozen) {}

  private final Metadata metadata;
  private final AsideFlush flush;
  private final PageStore pages;
  private final ExtentFinder finder;
  private final PoolTrim trim;
  private final Executor executor;
  private final long journalBytes;
  private final SuperblockWriter superblocks;

  /** What the superblocks to come say; the pool may use it when both do. */
  private volatile long capacityBytes;

  /** Likewise the incompatible features that the pool makes use of. */
  private volatile long features;

  /**
   * Extents that may hold pages and of which neither a commit nor a checkpoint says that they are
   * not CLEAN: every superblock until then must. Guarded by the lock of the metadata.
   */
  private final TreeSet<Long> unrecorded = new TreeSet<>();

  private volatile Superblock latest;
  private volatile Superblock former;
  private volatile CompletableFuture<Void> running = CompletableFuture.completedFuture(null);
  private final Unforeseen unforeseen = new Unforeseen();
  private volatile IOException failure;
  private volatile DeviceException wantOfSpace;

  /**
   * A checkpointer that goes on after {@code latest}.
   *
   * @param former the superblock before, whose part of the journal is still kept
   */
  Checkpointer(
      Metadata metadata,
      RawDevice device,
      AsideFlush flush,
      PageStore pages,
      ExtentFinder finder,
      PoolTrim trim,
      Executor executor,
      Superblock latest,
      Superblock former) {
    this.metadata = metadata;
    this.flush = flush;
    this.superblocks = new SuperblockWriter(device, flush::flush);
    this.pages = pages;
    this.finder = finder;
    this.trim = trim;
    this.executor = executor;
    this.latest = latest;
    this.former = former;
    this.capacityBytes = latest.capacityBytes();
    this.features = latest.features() | Superblock.COPIES | Superblock.SUMS;
    this.journalBytes = latest.journalExtents() * PoolLayout.EXTENT_BYTES;
  }

  Superblock latest() {
    return latest;
  }

  /** The superblock before. */
  Superblock former() {
    return former;
  }

  /** Has the superblocks to come say that the pool is so large. */
  void setCapacity(long bytes) {
    capacityBytes = bytes;
  }

  /** Has the superblocks to come say that the pool makes use of a feature. */
  void addFeature(long feature) {
    features |= feature;
  }

  /**
   * Has the superblocks to come announce extents again that may still hold pages, and which the
   * next commit takes; with the lock of the metadata held.
   */
  void announceAgain(Collection<Long> extents) {
    unrecorded.addAll(extents);
  }

  boolean isRunning() {
    return !running.isDone();
  }

  /** Whether enough has been written to the journal, or changed, since the last one. */
  boolean isDue(long position) {
    return position - latest.journalTail() > journalBytes / 4
        || metadata.cache().isDirtyMuch()
        || finder.isShortOfPages(8);
  }

  /** Whether who changes more should wait for the next one. */
  boolean isOverdue() {
    return metadata.cache().isDirtyTooMuch() || finder.isShortOfPages(2);
  }

  /** Whether the journal may be written up to that position. */
  boolean hasRoomFor(long position) {
    return position <= ringLimit();
  }

  /** The position up to which the ring holds nothing that either superblock needs. */
  long ringLimit() {
    return former.journalTail() + journalBytes;
  }

  /** Waits for the one that is running. */
  void await() {
    running.join();
  }

  void requireSound() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Fixes the present state, having set aside pages for all of it.
   *
   * @param cleanBy a commit that is durable before the first page is written: pages go only where
   *     no layer has an extent with it. After a crash a layer would have its extent back with pages
   *     in blocks that it never wrote, which its scrub would leave there.
   * @throws DeviceException for want of space, having changed nothing: a later call may succeed
   * @throws IOException after one that failed: what that had frozen, no later one would write
   */
  Plan plan(long cleanBy) throws IOException {
    requireSound();
    metadata.requireWhole();
    int needed = metadata.unsaved.dirtyPages();
    while (pages.freePages() < needed) {
      while (pages.freePages() < needed) {
        long extent = finder.nextCleanBy(cleanBy);
        if (extent < 0) {
          throw new DeviceException("no extent of the pool is left for metadata", true);
        }
        metadata.space.takeForMetadata(extent);
        unrecorded.add(extent);
        pages.addExtent(extent, new BitSet());
      }
      // What was taken made pages dirty itself.
      needed = metadata.unsaved.dirtyPages();
    }
    return new Plan(metadata.unsaved.freeze());
  }

  /** The most bytes of records that {@link #plan} would add to those that are pending. */
  int recordBytesOfPlan() {
    int missing = Math.max(0, metadata.unsaved.dirtyPages() - pages.freePages());
    int extents = missing / PoolLayout.TREE_PAGES_PER_EXTENT + 1;
    // An eighth and a few more for the pages that the records themselves make dirty.
    return (extents + extents / 8 + 8) * SpaceMap.BYTES_OF_TAKING;
  }

  /** Why the last one could not be written, if that was for want of space; else null. */
  DeviceException wantOfSpace() {
    return wantOfSpace;
  }

  /**
   * Runs it in the background. The commit that it follows is durable, and with it that the extents
   * taken for its pages are not CLEAN.
   */
  void start(Plan plan, long journalTail, long journalSequence) {
    metadata.lock.lock();
    try {
      unrecorded.clear();
    } finally {
      metadata.lock.unlock();
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    running = done;
    try {
      executor.execute(() -> run(plan, journalTail, journalSequence, done));
    } catch (RuntimeException | Error e) {
      // No thread can be made. Nobody writes what was frozen, and nobody may wait for it.
      try {
        failed(e, roomMade());
      } finally {
        done.complete(null);
      }
    }
  }

  private void run(
      Plan plan, long journalTail, long journalSequence, CompletableFuture<Void> done) {
    long seen = roomMade();
    try {
      write(plan, journalTail, journalSequence, false);
    } catch (IOException | RuntimeException | Error e) {
      failed(e, seen);
    } finally {
      done.complete(null);
    }
    metadata.lock.lock();
    try {
      metadata.work.signal();
    } finally {
      metadata.lock.unlock();
    }
  }

  /**
   * What the journal does not say the superblock must, before the first page is written: that the
   * extents taken since the last commit may hold pages from now on. A crash before the end of the
   * checkpoint leaves a space map that calls them CLEAN, and the restart makes that true. A
   * checkpoint that is put off leaves its pages there, so the next announces its extents again.
   */
  private void announce() throws IOException {
    List<ExtentRun> runs;
    metadata.lock.lock();
    try {
      if (unrecorded.isEmpty()) {
        return;
      }
      runs = ExtentRun.covering(unrecorded, Superblock.MAX_TAKING);
    } finally {
      metadata.lock.unlock();
    }
    succeed(latest.announcing(runs));
  }

  /** Makes a superblock that leads to the same state as the latest one durable beside it. */
  private void succeed(Superblock next) throws IOException {
    superblocks.write(next);
    former = latest;
    latest = next;
  }

  /** Notes that there was no space for a checkpoint. */
  void putOff(DeviceException cause) {
    // Whoever changes something tries again, thousands of times before there is space.
    LOG.atLevel(wantOfSpace == null ? Level.WARN : Level.DEBUG)
        .log("checkpoint put off: {}", cause.getMessage());
    wantOfSpace = cause;
  }

  /** What was put off for want of space the next attempt finds room for, if that can be made. */
  private void failed(Throwable e, long seen) {
    if (!(e instanceof DeviceException device && device.isNoSpace())) {
      failure = unforeseen.of(e);
      return;
    }
    boolean ignored = makeRoom(seen);
  }

  /** A count that has moved on whenever room was made since; see {@link #makeRoom}. */
  long roomMade() {
    return trim.turns();
  }

  /**
   * Has the file system get back what it can, for a checkpoint that found no space.
   *
   * @param seen what {@link #roomMade} said before it was written
   * @return whether it is worth another try
   */
  boolean makeRoom(long seen) {
    try {
      return trim.makeRoom(seen);
    } catch (IOException cannotTrim) {
      LOG.warn("no room can be made for the checkpoint: {}", cannotTrim.getMessage());
      return false;
    }
  }

  /**
   * Writes it now. Where there is no space for it, all of it is left to the next; nothing durable
   * has changed then.
   */
  void write(Plan plan, long journalTail, long journalSequence, boolean closedCleanly)
      throws IOException {
    try {
      announce();
      writeAll(plan, journalTail, journalSequence, closedCleanly);
      wantOfSpace = null;
    } catch (DeviceException e) {
      if (e.isNoSpace()) {
        metadata.lock.lock();
        try {
          metadata.unsaved.refuse(plan.frozen);
          putOff(e);
        } finally {
          metadata.lock.unlock();
        }
      }
      throw e;
    }
  }

  /**
   * Has both superblocks lead to the checkpoint that was just written. One that knows what the
   * journal does not needs that: the superblock before and the journal could not make up for its
   * own. Nothing that it alone makes durable may be acknowledged, and nothing appended to the
   * journal, before this returns.
   */
  void repeat() throws IOException {
    succeed(latest.announcing(List.of()));
  }

  private void writeAll(Plan plan, long journalTail, long journalSequence, boolean closedCleanly)
      throws IOException {
    Superblock last = latest;
    pages.begin(last.generation() + 1);
    for (WordTree gone : plan.frozen.retired()) {
      gone.forEachPage(pages::release);
    }
    for (TreeCheckpoint tree : plan.frozen.layerTrees()) {
      TreeRoot root = tree.write(pages);
      metadata.lock.lock();
      try {
        metadata.unsaved.patchRoot(tree.tree().key(), root);
      } finally {
        metadata.lock.unlock();
      }
    }
    Map<TreeKey.Kind, TreeRoot> roots = new EnumMap<>(TreeKey.Kind.class);
    roots.putAll(last.roots());
    for (TreeCheckpoint tree : plan.frozen.poolTrees()) {
      roots.put(tree.tree().key().kind(), tree.write(pages));
    }
    try {
      flush.flush();
    } catch (DeviceException e) {
      throw pages.named(e);
    }
    Superblock next =
        new Superblock(
            last.pool(),
            last.generation() + 1,
            capacityBytes,
            last.journalExtent(),
            last.journalExtents(),
            journalTail,
            journalSequence,
            closedCleanly,
            roots,
            List.of(),
            features);
    superblocks.write(next);
    metadata.lock.lock();
    try {
      plan.frozen.layerTrees().forEach(TreeCheckpoint::end);
      plan.frozen.poolTrees().forEach(TreeCheckpoint::end);
      pages.end();
      unrecorded.clear();
      former = last;
      latest = next;
    } finally {
      metadata.lock.unlock();
    }
  }
}
