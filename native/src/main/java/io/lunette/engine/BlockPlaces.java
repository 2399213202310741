/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;

/** Where the blocks of one logical extent lie, and by which key they are read; of one thread. */
final class BlockPlaces {

  /** Byte offset on the device, or {@link VolumeMap#ZERO}. */
  final long[] offsets = new long[PoolLayout.BLOCKS_PER_EXTENT];

  /** Null for none. */
  final DataKey[] keys = new DataKey[PoolLayout.BLOCKS_PER_EXTENT];

  /** Fills in those of some blocks that an entry of a map holds; returns the others. */
  int take(long entry, DataKey key, int wanted) {
    int held = MapEntry.mask(entry) & wanted;
    long base = MapEntry.extent(entry) * PoolLayout.EXTENT_BYTES;
    for (int rest = held; rest != 0; rest &= rest - 1) {
      int block = Integer.numberOfTrailingZeros(rest);
      offsets[block] = base == 0 ? VolumeMap.ZERO : base + (long) block * PoolLayout.BLOCK_BYTES;
      keys[block] = base == 0 ? null : key;
    }
    return wanted & ~held;
  }

  /** Says of blocks that they are zero. */
  void zero(int blocks) {
    int ignored = take(MapEntry.of(0, blocks), null, blocks);
  }

  /** The blocks that lie on the device. */
  int nonZero() {
    int blocks = 0;
    for (int block = 0; block < offsets.length; block++) {
      blocks |= offsets[block] == VolumeMap.ZERO ? 0 : 1 << block;
    }
    return blocks;
  }
}
