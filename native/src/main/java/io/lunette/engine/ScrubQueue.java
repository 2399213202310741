/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.LayerSlot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * What the scrubber has to do: released layers in the order of their release, then the live layer
 * that has dropped the most. Every method but those that say otherwise expects the lock of {@link
 * Metadata} to be held.
 */
final class ScrubQueue {

  private static final long DROPPED_THRESHOLD = 256;
  private static final long IDLE_MILLIS = 500;
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Metadata metadata;
  private final ExtentFinder finder;
  private final CommitLog log;
  private final Condition changed;
  private final Set<Layer> released = new LinkedHashSet<>();

  /** Layers that failed: left alone until somebody asks again or the pool is opened again. */
  private final Set<Layer> failed = new HashSet<>();

  /** Layers that the file system had no space to zero, and when each was tried. */
  private final Map<Layer, Long> resting = new HashMap<>();

  /** Go before all else. */
  private List<VolumePurge> purges = new ArrayList<>();

  private volatile boolean closed;

  ScrubQueue(Metadata metadata, ExtentFinder finder, CommitLog log) {
    this.metadata = metadata;
    this.finder = finder;
    this.log = log;
    this.changed = metadata.lock.newCondition();
  }

  void add(Layer layer) {
    released.add(layer);
    changed.signal();
  }

  void remove(Layer layer) {
    released.remove(layer);
    succeeded(layer);
  }

  /** Some of a layer was scrubbed: whatever it failed of is over. */
  void succeeded(Layer layer) {
    failed.remove(layer);
    resting.remove(layer);
  }

  /** Takes a purge in, unless it is closed. Takes the lock. */
  boolean add(VolumePurge purge) {
    metadata.lock.lock();
    try {
      if (!closed) {
        purges.add(purge);
        changed.signal();
      }
      return !closed;
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Hands over the purges that wait. Takes the lock. */
  List<VolumePurge> takePurges() {
    metadata.lock.lock();
    try {
      List<VolumePurge> taken = purges;
      purges = new ArrayList<>();
      return taken;
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Waits for a merge to end, or the like; returns now and then without a reason. */
  void awaitChange() {
    changed.awaitUninterruptibly();
  }

  void fail(Layer layer) {
    released.remove(layer);
    failed.add(layer);
  }

  /** Leaves a layer alone for a while, for others may give the file system's space back. */
  void rest(Layer layer) {
    resting.put(layer, System.nanoTime());
  }

  private boolean isResting(Layer layer) {
    Long since = resting.get(layer);
    return since != null && System.nanoTime() - since < REST_NANOS;
  }

  /** Released layers that can be scrubbed. Takes the lock. */
  List<Layer> waiting() {
    metadata.lock.lock();
    try {
      return released.stream().filter(layer -> !layer.merging).toList();
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Has the scrubber look again: somebody waits for space, or a layer has ended merging. */
  void wake() {
    changed.signal();
  }

  /** Nothing is begun any more. */
  void close() {
    closed = true;
    changed.signal();
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether there are extents that can be made CLEAN; none can while no commit has space. */
  boolean hasExtents() {
    if (closed || log.isStalled()) {
      return false;
    }
    return released.stream().anyMatch(layer -> !layer.isEmpty() && !isResting(layer))
        || metadata.chains.dropping().stream().anyMatch(this::hasDropped);
  }

  private boolean hasDropped(Layer layer) {
    boolean isLeft = layer.id == Layer.ORPHANS || layer.slot.state() != LayerSlot.State.RELEASED;
    return isLeft && !failed.contains(layer) && !isResting(layer);
  }

  /**
   * A layer to scrub.
   *
   * @param isWhole all of it, for it was released; else what it dropped. Decided with the lock
   *     held: a merge may be writing to a layer that is released only after that
   */
  record Work(Layer layer, boolean isWhole) {}

  /** What to do next, waited for a while; null if there is nothing. Takes the lock. */
  Work next() {
    return next(false);
  }

  /** The same for a purge that has to wait, with which others wait. Takes the lock. */
  Work nextBesidePurges() {
    return next(true);
  }

  private Work next(boolean isPurging) {
    metadata.lock.lock();
    try {
      Work found = find(isPurging);
      if (found == null && (isPurging || purges.isEmpty()) && !closed) {
        long ignored = changed.awaitNanos(TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS));
        found = find(isPurging);
      }
      return closed ? null : found;
    } catch (InterruptedException e) {
      closed = true;
      return null;
    } finally {
      metadata.lock.unlock();
    }
  }

  private Work find(boolean isPurging) {
    if ((!isPurging && !purges.isEmpty()) || log.isStalled()) {
      return null;
    }
    for (Layer layer : released) {
      if (!layer.merging && !isResting(layer)) {
        return new Work(layer, true);
      }
    }
    Layer most = null;
    for (Layer layer : metadata.chains.dropping()) {
      if (hasDropped(layer)
          && !layer.merging
          && (most == null || layer.droppedExtents > most.droppedExtents)) {
        most = layer;
      }
    }
    // A few dropped extents are worth a round of flushes only where space is short.
    boolean worth =
        most != null
            && (most.droppedExtents >= DROPPED_THRESHOLD || finder.available() < DROPPED_THRESHOLD);
    return worth ? new Work(most, false) : null;
  }
}
