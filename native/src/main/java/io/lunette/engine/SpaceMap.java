/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.JournalFrame;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.map.WordTree;
import java.io.IOException;

/**
 * Which extents are CLEAN, which are reserved, which hold metadata, and how many of each. Guarded
 * by the lock of {@link Metadata}.
 */
final class SpaceMap {

  /** Of the records that {@link #takeForMetadata} makes. */
  static final int BYTES_OF_TAKING = 2 * (JournalFrame.RECORD_HEADER_BYTES + Long.BYTES);

  final long firstExtent;

  private final Metadata metadata;
  private final WordTree space;
  private final WordTree reserved;
  private final WordTree pages;
  private final WordChanges cleaned = new WordChanges();
  private long capacityExtents;
  private long usedExtents;
  private long reservedExtents;
  private long metadataExtents;
  private long lentExtents;
  private long lowestCleaned = Long.MAX_VALUE;

  SpaceMap(Metadata metadata, long capacityExtents, long firstExtent) {
    this.metadata = metadata;
    this.capacityExtents = capacityExtents;
    this.firstExtent = firstExtent;
    this.space = metadata.tree(TreeKey.Kind.SPACE);
    this.reserved = metadata.tree(TreeKey.Kind.RESERVED);
    this.pages = metadata.tree(TreeKey.Kind.METADATA);
  }

  /** Extents of the pool, superblocks and journal among them. */
  long capacityExtents() {
    return capacityExtents;
  }

  /** Lets the extents up to that number be dealt out, which must be zeroes. */
  void grow(long toExtents) {
    capacityExtents = toExtents;
  }

  /** Counts that a word of one of the trees of space has changed. */
  void changed(TreeKey.Kind kind, long old, long word) {
    switch (kind) {
      case SPACE -> usedExtents += Long.bitCount(word) - Long.bitCount(old);
      case RESERVED -> reservedExtents += Long.bitCount(word) - Long.bitCount(old);
      case METADATA -> metadataExtents++;
      case MAP, DROPPED, VOLUMES, LAYERS, GLOBALS ->
          throw new IllegalArgumentException(kind + " is not a tree of space");
    }
  }

  /** Counts what the checkpoint says of space, before the replay. */
  void count() throws IOException {
    usedExtents = countBits(space);
    reservedExtents = countBits(reserved);
    while (pages.get(metadataExtents) != 0) {
      metadataExtents++;
    }
  }

  /** The word of SPACE at an index, with what lies outside the pool shown as used. */
  long spaceWord(long index) throws IOException {
    long word = space.get(index);
    for (long e = index << 6; e < firstExtent && e < (index + 1) << 6; e++) {
      word |= 1L << e;
    }
    for (long e = Math.max(capacityExtents, index << 6); e < (index + 1) << 6; e++) {
      word |= 1L << e;
    }
    return word;
  }

  /** Takes CLEAN extents, as bits of one word of SPACE, for tenants' data to come. */
  void reserve(long word, long bits) throws IOException {
    metadata.setApart(space, word, space.get(word) | bits);
    metadata.setApart(reserved, word, reserved.get(word) | bits);
  }

  /**
   * {@link #reserve} ahead of what waits for a commit; for words of which nothing does.
   *
   * @see Metadata#setAhead
   */
  void reserveAhead(long word, long bits) throws IOException {
    metadata.setAhead(space, word, space.get(word) | bits);
    metadata.setAhead(reserved, word, reserved.get(word) | bits);
  }

  /** Gives reserved extents back that nothing was ever written to. */
  void unreserve(long extent) throws IOException {
    settle(extent);
    clear(extent);
  }

  /** Takes CLEAN extents for a moment: they come back as they were. */
  void lend(long word, long bits) throws IOException {
    reserve(word, bits);
    lentExtents += Long.bitCount(bits);
  }

  /** Takes back what was {@linkplain #lend lent}. */
  void takeBack(long word, long bits) throws IOException {
    lentExtents -= Long.bitCount(bits);
    for (long rest = bits; rest != 0; rest &= rest - 1) {
      unreserve((word << 6) + Long.numberOfTrailingZeros(rest));
    }
    metadata.moreExtents.signalAll();
  }

  /** A reserved extent becomes a named one. */
  void settle(long extent) throws IOException {
    metadata.setApart(reserved, extent >>> 6, reserved.get(extent >>> 6) & ~(1L << extent));
  }

  /** A scrubbed extent becomes CLEAN. */
  void markClean(long extent) throws IOException {
    cleaned.mark(0, extent, metadata.commit());
    clear(extent);
  }

  private void clear(long extent) throws IOException {
    lowestCleaned = Math.min(lowestCleaned, extent >>> 6);
    metadata.set(space, extent >>> 6, space.get(extent >>> 6) & ~(1L << extent));
  }

  /** The commit with which a layer or its scrub gave up a CLEAN extent, or a later one. */
  long cleanedWith(long extent) {
    return cleaned.commitOf(0, extent);
  }

  /** The lowest word of SPACE in which an extent became CLEAN since this was asked last. */
  long takeLowestCleaned() {
    long lowest = lowestCleaned;
    lowestCleaned = Long.MAX_VALUE;
    return lowest;
  }

  /** Takes a CLEAN extent for metadata pages. */
  void takeForMetadata(long extent) throws IOException {
    metadata.set(space, extent >>> 6, space.get(extent >>> 6) | 1L << extent);
    metadata.set(pages, metadataExtents, extent);
  }

  long usedExtents() {
    return usedExtents;
  }

  long reservedExtents() {
    return reservedExtents;
  }

  /** Those of the reserved extents that will be CLEAN again in a moment. */
  long lentExtents() {
    return lentExtents;
  }

  long metadataExtents() {
    return metadataExtents;
  }

  long dataExtents() {
    return capacityExtents - firstExtent;
  }

  long cleanExtents() {
    return dataExtents() - usedExtents;
  }

  private long countBits(WordTree tree) throws IOException {
    long count = 0;
    for (long at = tree.nextNonZero(0); at >= 0; at = tree.nextNonZero(at + 1)) {
      count += Long.bitCount(tree.get(at));
      metadata.cache().trim();
    }
    return count;
  }
}
