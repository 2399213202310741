/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.map;

import io.lunette.engine.format.TreePage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A leaf. Readers take no lock; writers hold the lock of the metadata. While a checkpoint writes
 * the leaf's image, the first writer copies the words and leaves the image alone.
 */
final class Leaf extends Node {

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private volatile long[] words;

  /** Written to since the last freeze. */
  private boolean dirty;

  /** What the running checkpoint writes, or null. */
  private long[] image;

  Leaf(long first, Index parent, long page, long[] words) {
    super(0, first, parent, page);
    this.words = words;
  }

  long get(int slot) {
    return (long) WORD.getAcquire(words, slot);
  }

  void copyTo(long[] target) {
    long[] now = words;
    for (int slot = 0; slot < TreePage.WORDS; slot++) {
      target[slot] = (long) WORD.getAcquire(now, slot);
    }
  }

  /** Sets a word and returns whether the leaf has only now become dirty. */
  boolean set(int slot, long value) {
    long[] now = words;
    if (now == image) {
      now = now.clone();
      words = now;
    }
    WORD.setRelease(now, slot, value);
    boolean first = !dirty;
    dirty = true;
    return first;
  }

  /** Whether the device does not have these words yet. */
  boolean isPinned() {
    return dirty || image != null;
  }

  /** Fixes the words as they are now for a checkpoint. */
  void freeze() {
    image = words;
    dirty = false;
  }

  /** Sets a word in the frozen image, and in the live words too if it still holds for them. */
  void patch(int slot, long value, boolean live) {
    image[slot] = value;
    if (live) {
      WORD.setRelease(words, slot, value);
    }
  }

  /** What the checkpoint writes. */
  long[] image() {
    return image;
  }

  /** Ends the freeze. */
  void thaw() {
    image = null;
  }

  /** Ends a freeze that came to nothing; returns whether the leaf has become dirty by that. */
  boolean refuse() {
    image = null;
    boolean first = !dirty;
    dirty = true;
    return first;
  }

  boolean isZero() {
    return isZero(words);
  }

  static boolean isZero(long[] words) {
    for (int i = 0; i < TreePage.WORDS; i++) {
      if (words[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
