/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

/**
 * A layer in the LAYERS tree: twelve words at index {@code id * 12}. The first five are journaled
 * when they change; roots and counters are written by checkpoints alone and re-counted by replay.
 *
 * <pre>
 * word
 *   0  state: 0 no layer, 1 writable, 2 frozen, 3 released; bit 8 suspect
 *   1  parent layer, 0 for none
 *   2  size in bytes
 *   3  volume that wrote it
 *   4  zero
 *   5  root of its map: page, height in the top byte
 *   6  root of its dropped extents, likewise
 *   7  extents that its map names
 *   8  index after the last dropped extent
 *   9  dropped extents
 *  10  zero
 *  11  zero
 * </pre>
 */
public record LayerSlot(State state, boolean suspect, long parent, long sizeBytes, long volume) {

  /** What may happen to a layer. */
  public enum State {
    ABSENT,
    WRITABLE,
    FROZEN,
    /** No volume reads it any more; what it wrote waits for its scrub. */
    RELEASED
  }

  /** Words of a slot. */
  public static final int WORDS = 12;

  /** Words that the journal carries. */
  public static final int JOURNALED_WORDS = 5;

  public static final int MAP_ROOT = 5;
  public static final int DROPPED_ROOT = 6;
  public static final int OWNED_EXTENTS = 7;
  public static final int DROPPED_END = 8;
  public static final int DROPPED_EXTENTS = 9;

  private static final int STATE_MASK = 0xFF;
  private static final int SUSPECT = 0x100;

  /** A slot that says there is no layer. */
  public static final LayerSlot NONE = new LayerSlot(State.ABSENT, false, 0, 0, 0);

  /** Index of a layer's first word. */
  public static long index(long id) {
    return Math.multiplyExact(id, WORDS);
  }

  /** The journaled words. */
  public long[] encode() {
    return new long[] {state.ordinal() | (suspect ? SUSPECT : 0), parent, sizeBytes, volume, 0};
  }

  /** Reads the journaled words of a slot. */
  public static LayerSlot decode(long[] words) throws FormatException {
    int state = (int) words[0] & STATE_MASK;
    if (state >= State.values().length) {
      throw new FormatException("layer slot of unknown state " + state);
    }
    return new LayerSlot(
        State.values()[state], (words[0] & SUSPECT) != 0, words[1], words[2], words[3]);
  }
}
