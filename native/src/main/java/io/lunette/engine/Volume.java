/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.VolumeSlot;

/** A volume in memory; guarded by the lock of {@link Metadata}. */
final class Volume {

  final long id;
  VolumeSlot slot;
  Layer top;

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
