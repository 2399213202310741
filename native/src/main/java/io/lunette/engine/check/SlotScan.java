/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.engine.format.TreeKey;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.IntToLongFunction;
import java.util.stream.LongStream;

/**
 * Puts the words of a tree of slots, which come one by one, together to slots: one at a time, for
 * there may be many.
 */
final class SlotScan implements TreeScan.Visitor {

  /** Takes a slot that is not empty. */
  interface Reader {

    /**
     * Takes it; the arrays are used again.
     *
     * @param stored as the last checkpoint has it
     * @param words with the journal
     * @throws IOException if it means nothing
     */
    void read(long id, long[] stored, long[] words) throws IOException;
  }

  private final PoolImage image;
  private final TreeKey.Kind kind;
  private final IntToLongFunction namedBits;
  private final Reader reader;
  private final BiConsumer<Long, long[]> onRemoved;
  private final long[] stored;
  private final long[] words;
  private long id = -1;

  /**
   * Prepares one.
   *
   * @param namedBits of each word of a slot, those that mean something
   * @param onRemoved takes a slot that the journal emptied, as the last checkpoint has it
   */
  SlotScan(
      PoolImage image,
      TreeKey.Kind kind,
      int slotWords,
      IntToLongFunction namedBits,
      Reader reader,
      BiConsumer<Long, long[]> onRemoved) {
    this.image = image;
    this.kind = kind;
    this.namedBits = namedBits;
    this.reader = reader;
    this.onRemoved = onRemoved;
    this.stored = new long[slotWords];
    this.words = new long[slotWords];
  }

  @Override
  public void word(long index, long before, long now) {
    if (index / words.length != id) {
      end();
      id = index / words.length;
    }
    stored[(int) (index % words.length)] = before;
    words[(int) (index % words.length)] = now;
  }

  /** Reads the slot of which there are no more words. */
  void end() {
    if (LongStream.of(words).anyMatch(word -> word != 0)) {
      read();
    } else if (id >= 0) {
      onRemoved.accept(id, stored);
    }
    Arrays.fill(stored, 0);
    Arrays.fill(words, 0);
  }

  private void read() {
    for (int i = 0; i < words.length; i++) {
      int word = i;
      image.requireNamed(
          kind,
          id * words.length + i,
          words[i],
          namedBits.applyAsLong(i),
          () -> "word " + word + " of " + place());
    }
    try {
      reader.read(id, stored, words);
    } catch (IOException | IllegalArgumentException e) {
      image.slotIsDamaged(place(), e.getMessage());
    }
  }

  private String place() {
    return "slot " + id + " of " + kind;
  }
}
