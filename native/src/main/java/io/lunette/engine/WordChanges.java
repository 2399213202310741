/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * With which commit each word of one kind of trees changed last, so that one can tell whether it is
 * durable. Words share places by a hash: what is said of one may be true of another, which is
 * later, never earlier.
 *
 * <p>Marked with the lock of {@link Metadata} held and before the word is set; asked by anyone
 * after the word was read. So whoever sees a word sees its mark, or a later one.
 */
final class WordChanges {

  private static final int PLACES = 1 << 12;

  private final AtomicLongArray commits = new AtomicLongArray(PLACES);

  /** Says that a word changes with that commit. */
  void mark(long layer, long index, long commit) {
    commits.set(place(layer, index), commit);
  }

  /** The commit with which a word that was read became, or becomes, durable; 0 long ago. */
  long commitOf(long layer, long index) {
    return commits.get(place(layer, index));
  }

  private static int place(long layer, long index) {
    long mixed = (layer * 0x9E3779B97F4A7C15L + index) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 52);
  }
}
