/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

/**
 * One word of a layer's map: which physical extent a logical extent lies in, and which of its
 * blocks the layer holds.
 *
 * <pre>
 *  63                                        16 15             0
 * +--------------------------------------------+----------------+
 * | physical extent, 0 = none                  | block mask     |
 * +--------------------------------------------+----------------+
 * </pre>
 *
 * Bit n of the mask stands for block n. A block whose bit is set is this layer's: with an extent it
 * lies there, without one it is zero. A block whose bit is clear is whatever the layer below says.
 */
public final class MapEntry {

  private static final int EXTENT_SHIFT = 16;

  private MapEntry() {}

  /** The word for that extent and mask. */
  public static long of(long extent, int mask) {
    return extent << EXTENT_SHIFT | mask;
  }

  /** The physical extent, or 0. */
  public static long extent(long entry) {
    return entry >>> EXTENT_SHIFT;
  }

  /** The blocks held. */
  public static int mask(long entry) {
    return (int) entry & PoolLayout.FULL_MASK;
  }
}
