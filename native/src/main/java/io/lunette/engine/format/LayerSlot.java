/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

/**
 * A layer in the LAYERS tree: twelve words at index {@code id * 12}. The first five are journaled
 * when they change; roots and counters are written by checkpoints alone and re-counted by replay.
 *
 * <pre>
 * word
 *   0  state: the ordinal of {@link State}; bit 8 suspect; bit 9 opaque; bit 10 holds wrapped keys
 *   1  parent layer, 0 for none
 *   2  size in bytes
 *   3  volume that wrote it
 *   4  number of the key that its blocks are enciphered with, 0 for none
 *   5  root of its map: page, height in the top byte
 *   6  root of its dropped extents, likewise
 *   7  extents that its map names
 *   8  index after the last dropped extent
 *   9  dropped extents
 *  10  zero
 *  11  zero
 * </pre>
 *
 * @param suspect whether blocks that its map does not name may have been written
 * @param opaque whether nothing below shows through it, though it lies on something
 * @param holdsKeys whether it is the layer of keys, see {@link KeySlot}
 * @param key number of its key, 0 for none
 */
public record LayerSlot(
    State state,
    boolean suspect,
    boolean opaque,
    boolean holdsKeys,
    long parent,
    long sizeBytes,
    long volume,
    long key) {

  /** What may happen to a layer. Ordinals are on the device and never change their meaning. */
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

  // The index of each word in a slot.
  private static final int STATE = 0;
  private static final int PARENT = 1;
  private static final int SIZE_BYTES = 2;
  private static final int VOLUME = 3;
  private static final int KEY = 4;

  public static final int MAP_ROOT = 5;
  public static final int DROPPED_ROOT = 6;
  public static final int OWNED_EXTENTS = 7;
  public static final int DROPPED_END = 8;
  public static final int DROPPED_EXTENTS = 9;

  private static final int STATE_MASK = 0xFF;
  private static final int SUSPECT = 0x100;
  private static final int OPAQUE = 0x200;
  private static final int HOLDS_KEYS = 0x400;

  /** A slot that says there is no layer. */
  public static final LayerSlot NONE = new LayerSlot(State.ABSENT, false, 0, 0, 0);

  /** A layer without a key through which what lies below shows. */
  public LayerSlot(State state, boolean suspect, long parent, long sizeBytes, long volume) {
    this(state, suspect, false, false, parent, sizeBytes, volume, 0);
  }

  /** The same in another state. */
  public LayerSlot withState(State next) {
    return new LayerSlot(next, suspect, opaque, holdsKeys, parent, sizeBytes, volume, key);
  }

  /** The same, of which blocks may have been written that its map does not name. */
  public LayerSlot asSuspect() {
    return new LayerSlot(state, true, opaque, holdsKeys, parent, sizeBytes, volume, key);
  }

  /** The same, hiding what lies below or not. */
  public LayerSlot withOpaque(boolean hides) {
    return new LayerSlot(state, suspect, hides, holdsKeys, parent, sizeBytes, volume, key);
  }

  /** The same on another layer, or on none. */
  public LayerSlot withParent(long below) {
    return new LayerSlot(state, suspect, opaque, holdsKeys, below, sizeBytes, volume, key);
  }

  /** The same, written by another volume. */
  public LayerSlot writtenBy(long writer) {
    return new LayerSlot(state, suspect, opaque, holdsKeys, parent, sizeBytes, writer, key);
  }

  /** The same with another size. */
  public LayerSlot withSize(long bytes) {
    return new LayerSlot(state, suspect, opaque, holdsKeys, parent, bytes, volume, key);
  }

  /** The bits of a word of a slot that mean something; the others are zero. */
  public static long namedBits(int word) {
    if (word == STATE) {
      return STATE_MASK | SUSPECT | OPAQUE | HOLDS_KEYS;
    }
    return word > DROPPED_EXTENTS ? 0 : -1;
  }

  /** Index of a layer's first word. */
  public static long index(long id) {
    return Math.multiplyExact(id, WORDS);
  }

  /** The journaled words. */
  public long[] encode() {
    long flags = (suspect ? SUSPECT : 0) | (opaque ? OPAQUE : 0) | (holdsKeys ? HOLDS_KEYS : 0);
    long[] words = new long[JOURNALED_WORDS];
    words[STATE] = state.ordinal() | flags;
    words[PARENT] = parent;
    words[SIZE_BYTES] = sizeBytes;
    words[VOLUME] = volume;
    words[KEY] = key;
    return words;
  }

  /** Reads the journaled words of a slot. */
  public static LayerSlot decode(long[] words) throws FormatException {
    int state = (int) words[STATE] & STATE_MASK;
    if (state >= State.values().length) {
      throw new FormatException("layer slot of unknown state " + state);
    }
    return new LayerSlot(
        State.values()[state],
        (words[STATE] & SUSPECT) != 0,
        (words[STATE] & OPAQUE) != 0,
        (words[STATE] & HOLDS_KEYS) != 0,
        words[PARENT],
        words[SIZE_BYTES],
        words[VOLUME],
        words[KEY]);
  }
}
