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
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/** Checks that every key that a layer is read by has a sound record. Opens none. */
final class KeyAudit {

  private final PoolImage image;
  private final RawDevice device;
  private final ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
  private final ByteBuffer other = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

  /** Extents that hold records, by their place in the layer of keys: two copies side by side. */
  private final TreeMap<Long, Long> extents = new TreeMap<>();

  /** Pages with a damaged record, by their offset, and in which of those extents they lie. */
  private final TreeMap<Long, Long> damagedPages = new TreeMap<>();

  /** By number of the key, as unsigned numbers go. */
  private final TreeMap<Long, KeySlot> keys = new TreeMap<>(Long::compareUnsigned);

  KeyAudit(PoolImage image, RawDevice device) {
    this.image = image;
    this.device = device;
  }

  void run() {
    for (LayerImage layer : image.layers.values()) {
      if (layer.slot().holdsKeys()) {
        image.scan(
            layer, TreeKey.Kind.MAP, (index, stored, word) -> read(index, MapEntry.extent(word)));
      }
    }
    for (long index : extents.keySet()) {
      if (!extents.containsKey(index ^ 1)) {
        image.problem(
            "layer of keys at logical extent " + index,
            "the other of its pair, logical extent " + (index ^ 1) + ", is missing");
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

  /**
   * Writes each damaged record anew from its other copy.
   *
   * @param mayWrite tells of an extent whether it is certain to hold records
   * @param clearLost whether a record of which neither copy is sound is written as none: what a
   *     layer is read by has one, or there would be a problem that nothing mends
   */
  void mend(LongPredicate mayWrite, boolean clearLost) throws DeviceException {
    for (Map.Entry<Long, Long> damaged : damagedPages.entrySet()) {
      long page = damaged.getKey();
      Long copy = extents.get(damaged.getValue() ^ 1);
      if (copy == null || !mayWrite.test(page / PoolLayout.EXTENT_BYTES)) {
        continue;
      }
      boolean hasOther = readOther(copy * PoolLayout.EXTENT_BYTES + page % PoolLayout.EXTENT_BYTES);
      if (!hasOther && !clearLost) {
        continue;
      }
      try {
        device.read(page, buffer.clear());
      } catch (DeviceException unreadable) {
        buffer.put(0, other, 0, PoolLayout.PAGE_BYTES);
      }
      for (int i = 0; i < KeySlot.PER_PAGE; i++) {
        if (!isSound(buffer, i * KeySlot.BYTES)) {
          replace(i * KeySlot.BYTES, clearLost);
        }
      }
      device.write(page, buffer.clear());
    }
  }

  /** Reads what a page is mended from; as empty if it cannot be read. */
  private boolean readOther(long page) {
    try {
      device.read(page, other.clear());
      return true;
    } catch (DeviceException e) {
      other.put(0, new byte[PoolLayout.PAGE_BYTES]);
      return false;
    }
  }

  private void replace(int index, boolean clearLost) {
    if (isRecord(other, index)) {
      buffer.put(index, other, index, KeySlot.BYTES);
    } else if (clearLost) {
      buffer.put(index, new byte[KeySlot.BYTES]);
    }
  }

  private boolean isSound(ByteBuffer page, int index) {
    try {
      KeySlot ignored = KeySlot.decode(page, index, image.superblock.pool());
      return true;
    } catch (FormatException e) {
      return false;
    }
  }

  private boolean isRecord(ByteBuffer page, int index) {
    try {
      return KeySlot.decode(page, index, image.superblock.pool()) != null;
    } catch (FormatException e) {
      return false;
    }
  }

  private void read(long index, long extent) {
    if (extent == 0 || extent >= image.capacityExtents) {
      return;
    }
    extents.put(index, extent);
    for (int at = 0; at < PoolLayout.EXTENT_BYTES; at += PoolLayout.PAGE_BYTES) {
      long offset = extent * PoolLayout.EXTENT_BYTES + at;
      try {
        device.read(offset, buffer.clear());
      } catch (DeviceException e) {
        damagedPages.put(offset, index);
        damaged(offset, e.getMessage());
        continue;
      }
      for (int i = 0; i < KeySlot.PER_PAGE; i++) {
        decode(index, offset, i * KeySlot.BYTES);
      }
    }
  }

  private void decode(long extent, long page, int index) {
    try {
      KeySlot slot = KeySlot.decode(buffer, index, image.superblock.pool());
      if (slot != null) {
        keys.merge(slot.id(), slot, (one, other) -> one.epoch() < other.epoch() ? other : one);
      }
    } catch (FormatException e) {
      damagedPages.put(page, extent);
      damaged(page + index, e.getMessage());
    }
  }

  private void damaged(long offset, String what) {
    image.problem("key record at byte " + offset, what, "written anew from its other copy");
  }
}
