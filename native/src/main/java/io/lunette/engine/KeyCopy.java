/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One of two copies of an extent of records, as far as the device reads it.
 *
 * @param slots by their index, null where none is told
 * @param unreadable pages that the device does not read
 * @param damaged records that are not what was written, by their index
 */
record KeyCopy(List<KeySlot> slots, BitSet unreadable, Map<Integer, byte[]> damaged) {

  static KeyCopy read(RawDevice device, UUID pool, long extent) {
    ByteBuffer page = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    KeyCopy copy = new KeyCopy(new ArrayList<>(), new BitSet(), new HashMap<>());
    for (int number = 0; number < PoolLayout.PAGES_PER_EXTENT; number++) {
      try {
        long at = extent * PoolLayout.PAGES_PER_EXTENT + number;
        device.read(at * PoolLayout.PAGE_BYTES, page.clear());
      } catch (DeviceException e) {
        copy.unreadable.set(number);
      }
      for (int i = 0; i < KeySlot.PER_PAGE; i++) {
        copy.slots.add(copy.unreadable.get(number) ? null : copy.slotOf(page, i, pool));
      }
    }
    return copy;
  }

  private KeySlot slotOf(ByteBuffer page, int index, UUID pool) {
    try {
      return KeySlot.decode(page, index * KeySlot.BYTES, pool);
    } catch (FormatException e) {
      byte[] bytes = new byte[KeySlot.BYTES];
      page.get(index * KeySlot.BYTES, bytes);
      damaged.put(slots.size(), bytes);
      return null;
    }
  }

  boolean reads(int index) {
    return !unreadable.get(index / KeySlot.PER_PAGE);
  }

  boolean tells(int index) {
    return reads(index) && !damaged.containsKey(index);
  }
}
