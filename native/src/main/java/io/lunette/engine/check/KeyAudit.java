/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.check.PoolImage.LayerImage;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/** Checks that every key that a layer is read by has a sound record. Opens none. */
final class KeyAudit {

  private final PoolImage image;
  private final RawDevice device;
  private final ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

  /** By number of the key, as unsigned numbers go. */
  private final TreeMap<Long, KeySlot> keys = new TreeMap<>(Long::compareUnsigned);

  KeyAudit(PoolImage image, RawDevice device) {
    this.image = image;
    this.device = device;
  }

  void run() {
    for (LayerImage layer : image.layers.values()) {
      if (layer.slot().holdsKeys()) {
        image.scan(layer, TreeKey.Kind.MAP, (index, stored, word) -> read(MapEntry.extent(word)));
      }
    }
    for (LayerImage layer : image.layers.values()) {
      long key = layer.slot().key();
      if (key != 0 && layer.slot().state() != LayerSlot.State.RELEASED && !keys.containsKey(key)) {
        image.problem(
            layer.place(), "is enciphered by key " + name(key) + ", whose record is lost");
      }
    }
  }

  /** The records, a sound one of each key. */
  TreeMap<Long, KeySlot> keys() {
    return keys;
  }

  static String name(long key) {
    return Long.toHexString(key);
  }

  private void read(long extent) {
    if (extent == 0 || extent >= image.capacityExtents) {
      return;
    }
    for (int at = 0; at < PoolLayout.EXTENT_BYTES; at += PoolLayout.PAGE_BYTES) {
      long offset = extent * PoolLayout.EXTENT_BYTES + at;
      try {
        device.read(offset, buffer.clear());
      } catch (DeviceException e) {
        damaged(offset, e.getMessage());
        continue;
      }
      for (int i = 0; i < KeySlot.PER_PAGE; i++) {
        decode(offset, i * KeySlot.BYTES);
      }
    }
  }

  private void decode(long page, int index) {
    try {
      KeySlot slot = KeySlot.decode(buffer, index, image.superblock.pool());
      if (slot != null) {
        keys.merge(slot.id(), slot, (one, other) -> one.epoch() < other.epoch() ? other : one);
      }
    } catch (FormatException e) {
      damaged(page + index, e.getMessage());
    }
  }

  private void damaged(long offset, String what) {
    image.problem(
        "key record at byte " + offset,
        what,
        "the next opening writes it anew from its other copy");
  }
}
