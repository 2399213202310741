/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.PoolLayout;

/** Where the blocks of one logical extent lie, and by which key they are read; of one thread. */
final class BlockPlaces {

  /** Byte offset on the device, or {@link VolumeMap#ZERO}. */
  final long[] offsets = new long[PoolLayout.BLOCKS_PER_EXTENT];

  /** Null for none. */
  final DataKey[] keys = new DataKey[PoolLayout.BLOCKS_PER_EXTENT];
}
