/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.concurrent.locks.StampedLock;

/**
 * A layer in memory. Its trees are read without a lock; all else is guarded by the lock of {@link
 * Metadata}.
 */
final class Layer {

  /** The layer that collects extents of which nobody knows whose they were. */
  static final long ORPHANS = 0;

  final long id;
  final WordTree map;
  final WordTree dropped;

  /** What lies below, or null. Changes under {@link #moves} while anything reads this layer. */
  volatile Layer parent;

  /** Whether nothing below shows through it. Changes as {@link #parent} does. */
  volatile boolean opaque;

  /** What its blocks are enciphered with, or null; set before anything reads the layer. */
  private DataKey key;

  /** Held for writing while a map entry moves from one layer to another; one for the pool. */
  final StampedLock moves;

  /** What is known of chains; one for the pool. */
  final ResolvedMaps resolved;

  /** What {@link #isAnyKeyed} found, or null. */
  private volatile Boolean anyKeyed;

  LayerSlot slot;

  /** Layers that lie directly on this one. */
  int children;

  /** A batch of a merge reads or fills its extents: it must not be scrubbed meanwhile. */
  boolean merging;

  /** The volume whose top this is, or null. */
  Volume owner;

  /** Extents that the map names. */
  long ownedExtents;

  /** Index after the last dropped extent. */
  long droppedEnd;

  /** Extents written to and no longer mapped. */
  long droppedExtents;

  Layer(
      long id,
      LayerSlot slot,
      WordTree map,
      WordTree dropped,
      StampedLock moves,
      ResolvedMaps resolved) {
    this.id = id;
    this.moves = moves;
    this.resolved = resolved;
    this.slot = slot;
    this.opaque = slot.opaque();
    this.map = map;
    this.dropped = dropped;
  }

  /** What shows through it where it holds nothing, or null. */
  Layer below() {
    return opaque ? null : parent;
  }

  DataKey key() {
    return key;
  }

  void setKey(DataKey dataKey) {
    key = dataKey;
  }

  /**
   * Whether this or another layer of the chain has a key; true also where layers of it are being
   * taken out, and it cannot be told. What was found once stays: keys are set before anything reads
   * the layer, and a chain gets no other layers than it had.
   */
  boolean isAnyKeyed() {
    Boolean known = anyKeyed;
    if (known == null) {
      long stamp = moves.tryOptimisticRead();
      boolean found = false;
      for (Layer layer = this; layer != null && !found; layer = layer.parent) {
        found = layer.key != null;
      }
      if (!moves.validate(stamp)) {
        return true;
      }
      known = found;
      anyKeyed = known;
    }
    return known;
  }

  /**
   * Reads the page that notes what is dropped next, or throws: before the lock is taken and
   * anything is changed, for a change that then finds it damaged has stopped half way.
   */
  void requireDroppable() throws IOException {
    long ignored = dropped.get(droppedEnd);
  }

  boolean isEmpty() {
    return ownedExtents == 0 && droppedExtents == 0;
  }
}
