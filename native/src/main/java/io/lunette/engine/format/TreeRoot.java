/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

/**
 * Where a tree begins on the device.
 *
 * @param page number of its root page, 0 for a tree without any
 * @param height levels: 1 when the root is a leaf
 */
public record TreeRoot(long page, int height) {

  /** A tree that holds nothing but zeroes. */
  public static final TreeRoot EMPTY = new TreeRoot(0, 1);

  /** The most levels that a tree of 64-bit indexes can have. */
  public static final int MAX_HEIGHT = 7;

  private static final int HEIGHT_SHIFT = 56;
  private static final long PAGE_MASK = (1L << HEIGHT_SHIFT) - 1;

  /** As one word of a layer slot. */
  public long encode() {
    return (long) height << HEIGHT_SHIFT | page;
  }

  /** Reads the word; a zero word is an empty tree. */
  public static TreeRoot decode(long word) {
    return word == 0
        ? EMPTY
        : new TreeRoot(word & PAGE_MASK, Math.max(1, (int) (word >>> HEIGHT_SHIFT)));
  }
}
