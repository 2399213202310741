/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

/** A bit for each extent of a pool, in words of 64; what is zero all over takes no memory. */
final class ExtentBits {

  private static final int CHUNK_WORDS = 4096;

  private final int words;
  private final long[][] chunks;

  /** All zero. */
  ExtentBits(long extents) {
    this.words = Math.toIntExact((extents + 63) >>> 6);
    this.chunks = new long[(words + CHUNK_WORDS - 1) / CHUNK_WORDS][];
  }

  int words() {
    return words;
  }

  long word(int index) {
    long[] chunk = chunks[index / CHUNK_WORDS];
    return chunk == null ? 0 : chunk[index % CHUNK_WORDS];
  }

  void set(int index, long word) {
    int at = index / CHUNK_WORDS;
    if (chunks[at] == null) {
      chunks[at] = new long[Math.min(CHUNK_WORDS, words - at * CHUNK_WORDS)];
    }
    chunks[at][index % CHUNK_WORDS] = word;
  }

  boolean contains(long extent) {
    return (word((int) (extent >>> 6)) & 1L << extent) != 0;
  }

  /** Sets an extent's bit and returns whether it was set already. */
  boolean add(long extent) {
    int index = (int) (extent >>> 6);
    long old = word(index);
    set(index, old | 1L << extent);
    return (old & 1L << extent) != 0;
  }

  long count() {
    long count = 0;
    for (long[] chunk : chunks) {
      for (int i = 0; chunk != null && i < chunk.length; i++) {
        count += Long.bitCount(chunk[i]);
      }
    }
    return count;
  }
}
