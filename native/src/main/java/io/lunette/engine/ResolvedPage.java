/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreePage;
import java.io.IOException;
import java.util.Arrays;

/**
 * What shows through a chain of layers, of as many logical extents as a page of a map has: of each
 * the pieces that lie on the device, as words of {@link MapEntry}. No block is in two pieces, and
 * one that is in none is zero. Immutable.
 */
final class ResolvedPage {

  /** A rough sum of the objects that one is made of, but for what they hold. */
  private static final int OVERHEAD_BYTES = 160;

  private final long base;
  private final long number;
  private final int version;

  /** Where the pieces of each extent begin, and behind the last where they end. */
  private final short[] starts;

  private final long[] pieces;

  /** The key of each piece, or null where none has one. */
  private final DataKey[] keys;

  private ResolvedPage(Gathered gathered, long base, long number, int version) {
    this.base = base;
    this.number = number;
    this.version = version;
    this.starts = new short[TreePage.WORDS + 1];
    this.pieces = new long[gathered.count];
    this.keys = gathered.isKeyed ? new DataKey[gathered.count] : null;
    for (int i = 0; i < gathered.count; i++) {
      starts[gathered.slots[i] + 1]++;
    }
    for (int slot = 0; slot < TreePage.WORDS; slot++) {
      starts[slot + 1] += starts[slot];
    }
    short[] next = starts.clone();
    for (int i = 0; i < gathered.count; i++) {
      int at = next[gathered.slots[i]]++;
      pieces[at] = gathered.pieces[i];
      if (keys != null) {
        keys[at] = gathered.keys[i];
      }
    }
  }

  /**
   * Looks through a chain, and reads the pages of its maps that are not in memory.
   *
   * @param version to be known by; see {@link ResolvedMaps}
   */
  static ResolvedPage of(Layer base, long number, int version) throws IOException {
    Gathered gathered = new Gathered();
    long[] words = new long[TreePage.WORDS];
    for (Layer layer = base; layer != null && gathered.undecided > 0; layer = layer.below()) {
      if (layer.map.readPage(number * TreePage.WORDS, words)) {
        gathered.add(words, layer.key());
      }
    }
    return new ResolvedPage(gathered, base.id, number, version);
  }

  /** The number of the page that speaks of a logical extent. */
  static long numberOf(long logicalExtent) {
    return logicalExtent / TreePage.WORDS;
  }

  boolean isOf(Layer layer, long page) {
    return base == layer.id && number == page;
  }

  long base() {
    return base;
  }

  long number() {
    return number;
  }

  int version() {
    return version;
  }

  int bytes() {
    int ofPiece = keys == null ? Long.BYTES : 2 * Long.BYTES;
    return OVERHEAD_BYTES + Short.BYTES * starts.length + ofPiece * pieces.length;
  }

  /** The first logical extent of the page from that one on that has a piece, or -1. */
  long next(long logicalExtent) {
    int slot = (int) (logicalExtent % TreePage.WORDS);
    short first = starts[slot];
    if (first == starts[TreePage.WORDS]) {
      return -1;
    }
    while (starts[slot + 1] == first) {
      slot++;
    }
    return number * TreePage.WORDS + slot;
  }

  /** The logical extent behind the page. */
  long end() {
    return (number + 1) * TreePage.WORDS;
  }

  /** Index of the first piece of a logical extent. */
  int first(long logicalExtent) {
    return starts[(int) (logicalExtent % TreePage.WORDS)];
  }

  /** Index after the last piece of a logical extent. */
  int end(long logicalExtent) {
    return starts[(int) (logicalExtent % TreePage.WORDS) + 1];
  }

  long piece(int index) {
    return pieces[index];
  }

  DataKey key(int index) {
    return keys == null ? null : keys[index];
  }

  /** Pieces in the order of the layers that have them. */
  private static final class Gathered {

    private final int[] decided = new int[TreePage.WORDS];
    private int undecided = TreePage.WORDS;
    private long[] pieces = new long[TreePage.WORDS];
    private short[] slots = new short[TreePage.WORDS];
    private DataKey[] keys = new DataKey[TreePage.WORDS];
    private boolean isKeyed;
    private int count;

    void add(long[] words, DataKey key) {
      for (int slot = 0; slot < TreePage.WORDS; slot++) {
        int held = MapEntry.mask(words[slot]) & ~decided[slot];
        if (held != 0) {
          decided[slot] |= held;
          undecided -= decided[slot] == PoolLayout.FULL_MASK ? 1 : 0;
          if (MapEntry.extent(words[slot]) != 0) {
            add(slot, MapEntry.of(MapEntry.extent(words[slot]), held), key);
          }
        }
      }
    }

    private void add(int slot, long piece, DataKey key) {
      if (count == pieces.length) {
        pieces = Arrays.copyOf(pieces, 2 * count);
        slots = Arrays.copyOf(slots, 2 * count);
        keys = Arrays.copyOf(keys, 2 * count);
      }
      slots[count] = (short) slot;
      pieces[count] = piece;
      keys[count] = key;
      isKeyed |= key != null;
      count++;
    }
  }
}
