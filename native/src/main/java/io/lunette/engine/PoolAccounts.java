/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.PoolSpace;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;

/** Says what the space of the pool is used for. */
final class PoolAccounts {

  private final Pool pool;
  private final Metadata metadata;

  PoolAccounts(Pool pool) {
    this.pool = pool;
    this.metadata = pool.metadata;
  }

  PoolSpace space() {
    long roomless = pool.device.sizeBytes() - pool.device.roomBytes();
    metadata.lock.lock();
    try {
      long owned = 0;
      long dirty = 0;
      long keys = 0;
      for (Layer layer : metadata.chains.layers()) {
        if (layer.slot.holdsKeys()) {
          keys += layer.ownedExtents;
        } else if (layer.slot.state() == LayerSlot.State.RELEASED) {
          dirty += layer.ownedExtents;
        } else {
          owned += layer.ownedExtents;
        }
        dirty += layer.droppedExtents;
      }
      long virtual = 0;
      for (Volume volume : metadata.chains.volumes()) {
        virtual += volume.slot.sizeBytes();
      }
      long unit = PoolLayout.EXTENT_BYTES;
      long clean = (pool.finder.available() + metadata.space.reservedExtents()) * unit;
      return new PoolSpace(
          metadata.space.capacityExtents() * unit,
          metadata.space.dataExtents() * unit,
          owned * unit,
          dirty * unit,
          (metadata.space.metadataExtents() + keys) * unit,
          clean,
          Math.max(0, clean - roomless),
          virtual);
    } finally {
      metadata.lock.unlock();
    }
  }
}
