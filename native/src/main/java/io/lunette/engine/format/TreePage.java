/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.nio.ByteBuffer;

/**
 * A page of a word tree: a header of 64 bytes and 504 words. In a leaf the words are the tree's; in
 * an index page they are the numbers of the pages below, 0 for one that does not exist.
 *
 * <pre>
 * offset size
 *      0    4 magic "LNPG"
 *      4    4 CRC32C of the page, this field taken as zero
 *      8    8 tree key
 *     16    8 index of the first word that this page covers
 *     24    8 generation of the checkpoint that wrote it
 *     32    8 number of this page
 *     40    4 level: 0 for a leaf
 *     44    4 how many pages further on its copy lies, byte for byte the same; 0 if it has none
 *     48   16 zero
 *     64 4032 words
 * </pre>
 */
public final class TreePage {

  /** Words in a page, and children of an index page. */
  public static final int WORDS = 504;

  static final int MAGIC = 0x47504E4C;
  static final int MAGIC_OFFSET = 0;
  static final int CRC_OFFSET = 4;
  static final int KEY_OFFSET = 8;
  static final int FIRST_INDEX_OFFSET = 16;
  static final int GENERATION_OFFSET = 24;
  static final int SELF_OFFSET = 32;
  static final int LEVEL_OFFSET = 40;
  static final int COPY_OFFSET = 44;
  static final int WORDS_OFFSET = 64;

  private TreePage() {}

  /**
   * Writes the page into the first 4096 bytes of {@code target}, a little-endian buffer, which then
   * belong to page {@code self} and to its copy.
   */
  public static void encode(
      ByteBuffer target,
      TreeKey key,
      int level,
      long firstIndex,
      long generation,
      long self,
      long[] words) {
    for (int i = 0; i < WORDS_OFFSET; i += Long.BYTES) {
      target.putLong(i, 0);
    }
    target.putInt(MAGIC_OFFSET, MAGIC);
    target.putLong(KEY_OFFSET, key.encode());
    target.putLong(FIRST_INDEX_OFFSET, firstIndex);
    target.putLong(GENERATION_OFFSET, generation);
    target.putLong(SELF_OFFSET, self);
    target.putInt(LEVEL_OFFSET, level);
    target.putInt(COPY_OFFSET, PoolLayout.TREE_PAGES_PER_EXTENT);
    for (int i = 0; i < WORDS; i++) {
      target.putLong(WORDS_OFFSET + i * Long.BYTES, words[i]);
    }
    Checksum.seal(target, PoolLayout.PAGE_BYTES, CRC_OFFSET);
  }

  /** Whether a page of that number can have a copy: pages of before there were any may not. */
  public static boolean mayHaveCopy(long page) {
    return page % PoolLayout.PAGES_PER_EXTENT < PoolLayout.TREE_PAGES_PER_EXTENT;
  }

  /** Where the copy of that page lies, if it has one, as the number of a page. */
  public static long copyOf(long page) {
    return page + PoolLayout.TREE_PAGES_PER_EXTENT;
  }

  /** Whether a page says that it has a copy. */
  public static boolean hasCopy(ByteBuffer page) {
    return page.getInt(COPY_OFFSET) == PoolLayout.TREE_PAGES_PER_EXTENT;
  }

  /** The generation of the checkpoint that wrote the page. */
  public static long generation(ByteBuffer page) {
    return page.getLong(GENERATION_OFFSET);
  }

  /** Whether it is page {@code self}, or its copy, as a checkpoint of that generation wrote it. */
  public static boolean isWhole(ByteBuffer page, long generation, long self) {
    return page.getInt(MAGIC_OFFSET) == MAGIC
        && Checksum.holds(page, PoolLayout.PAGE_BYTES, CRC_OFFSET)
        && generation(page) == generation
        && page.getLong(SELF_OFFSET) == self;
  }

  /**
   * Reads the words of a page that must be that very page.
   *
   * @throws FormatException if it is damaged, or another
   */
  public static long[] decode(ByteBuffer page, TreeKey key, int level, long firstIndex, long self)
      throws FormatException {
    if (page.getInt(MAGIC_OFFSET) != MAGIC
        || !Checksum.holds(page, PoolLayout.PAGE_BYTES, CRC_OFFSET)) {
      throw new FormatException("page " + self + " of " + key + " fails its checksum");
    }
    if (page.getLong(KEY_OFFSET) != key.encode()
        || page.getInt(LEVEL_OFFSET) != level
        || page.getLong(FIRST_INDEX_OFFSET) != firstIndex
        || page.getLong(SELF_OFFSET) != self) {
      throw new FormatException(
          "page " + self + " is not the page of " + key + " that it stands for");
    }
    long[] words = new long[WORDS];
    for (int i = 0; i < WORDS; i++) {
      words[i] = page.getLong(WORDS_OFFSET + i * Long.BYTES);
    }
    return words;
  }
}
