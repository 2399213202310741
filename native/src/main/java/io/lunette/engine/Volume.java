/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.VolumeSlot;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.StampedLock;

/** A volume in memory; guarded by the lock of {@link Metadata}. */
final class Volume {

  final long id;

  /**
   * Writers share it; whoever changes the top layer under them, or what it maps, holds it alone.
   * Taken before the lock of {@link Metadata}, and by no thread twice. Stamped, for a reentrant one
   * keeps a count for each thread, which takes longer than many a write.
   */
  final ReadWriteLock writers = new StampedLock().asReadWriteLock();

  /**
   * The commit with which all that was written and acknowledged is in the maps, or a later one. For
   * any thread.
   */
  final AtomicLong neededCommit = new AtomicLong();

  VolumeSlot slot;
  Layer top;

  /** The commit that must be durable before it is opened; 0 for none. */
  long openedBy;

  /** The device that serves it while it is open, or null. */
  VolumeDevice device;

  Volume(long id, VolumeSlot slot, Layer top) {
    this.id = id;
    this.slot = slot;
    this.top = top;
  }

  String name() {
    return slot.name();
  }
}
