/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.concurrent.locks.StampedLock;

/**
 * Looks blocks up through a chain of layers.
 *
 * <p>A result is one word: the device's byte offset of the block, or {@link #ZERO}.
 */
final class VolumeMap {

  /** The block is zero wherever it is looked for. Offset 0 is a superblock, so never a block. */
  static final long ZERO = 0;

  /** The blocks do not lie together, or it takes more than memory to know. */
  static final long SCATTERED = -1;

  /** None of the blocks is held here. */
  private static final long ELSEWHERE = -2;

  /** Looks at a chain that count only if no entry moved meanwhile, before one that none may. */
  private static final int TRIES = 3;

  private VolumeMap() {}

  /** Fills in where the blocks of a logical extent lie that {@code wanted} names. */
  static void resolve(Layer top, long logicalExtent, int wanted, BlockPlaces places)
      throws IOException {
    long ignored =
        unmoved(
            top,
            movesWait -> {
              resolveOnce(top, logicalExtent, wanted, places, !movesWait);
              return 0;
            });
  }

  private static void resolveOnce(
      Layer top, long logicalExtent, int wanted, BlockPlaces places, boolean mayMakePage)
      throws IOException {
    int missing = places.take(top.map.get(logicalExtent), top.key(), wanted);
    Layer below = missing == 0 ? null : top.below();
    ResolvedPage page = pageOf(below, logicalExtent, mayMakePage);
    if (page != null) {
      int end = page.end(logicalExtent);
      for (int i = page.first(logicalExtent); i < end && missing != 0; i++) {
        missing = places.take(page.piece(i), page.key(i), missing);
      }
    } else {
      for (Layer layer = below; layer != null && missing != 0; layer = layer.below()) {
        missing = places.take(layer.map.get(logicalExtent), layer.key(), missing);
      }
    }
    places.zero(missing);
  }

  /**
   * What shows through a chain, if more than one layer has to be looked at for it; null also where
   * it is not known and may not be found out, and where a page of some layer cannot be read, which
   * another layer may make up for.
   */
  private static ResolvedPage pageOf(Layer base, long logicalExtent, boolean mayMakePage) {
    if (base == null || base.below() == null) {
      return null;
    }
    try {
      return mayMakePage
          ? base.resolved.get(base, logicalExtent)
          : base.resolved.find(base, logicalExtent);
    } catch (IOException e) {
      return null;
    }
  }

  /** The blocks of a logical extent that are not zero in that layer and what lies below it. */
  static int visible(Layer from, long logicalExtent) throws IOException {
    return from == null
        ? 0
        : (int) unmoved(from, movesWait -> visibleOnce(from, logicalExtent, !movesWait));
  }

  private static int visibleOnce(Layer from, long logicalExtent, boolean mayMakePage)
      throws IOException {
    BlockPlaces places = new BlockPlaces();
    resolveOnce(from, logicalExtent, PoolLayout.FULL_MASK, places, mayMakePage);
    return places.nonZero();
  }

  /**
   * The first logical extent from there on that a chain may have something in that is not zero, or
   * -1. A long chain is looked through once for as many extents as a page of a map has.
   */
  static long nextMapped(Layer top, long from) throws IOException {
    return top == null ? -1 : unmoved(top, movesWait -> nextMappedOnce(top, from, !movesWait));
  }

  private static long nextMappedOnce(Layer top, long from, boolean mayMakePage) throws IOException {
    long next = top.map.nextNonZero(from);
    Layer below = top.below();
    ResolvedPage page = pageOf(below, from, mayMakePage);
    if (page == null) {
      return nextEntry(below, from, next);
    }
    long shown = page.next(from);
    return shown < 0 ? nextEntry(below, page.end(), next) : earlier(next, shown);
  }

  /** The first entry from there on of a layer and those below it, if it comes before another. */
  private static long nextEntry(Layer from, long logicalExtent, long other) throws IOException {
    long next = other;
    for (Layer layer = from; layer != null; layer = layer.below()) {
      next = earlier(next, layer.map.nextNonZero(logicalExtent));
    }
    return next;
  }

  private static long earlier(long one, long other) {
    return one < 0 || other < 0 ? Math.max(one, other) : Math.min(one, other);
  }

  /**
   * Where the device has all of these blocks of a logical extent in one of its extents: the byte
   * offset of that extent, or {@link #ZERO} if all of them are zero. Takes no lock, makes no object
   * and asks no device.
   *
   * @return {@link #SCATTERED} if they do not lie so, or if the maps in memory do not tell
   */
  static long locate(Layer top, long logicalExtent, int wanted) {
    long stamp = top.moves.tryOptimisticRead();
    if (stamp == 0) {
      return SCATTERED;
    }
    long found = locateOnce(top, logicalExtent, wanted);
    return top.moves.validate(stamp) ? found : SCATTERED;
  }

  private static long locateOnce(Layer top, long logicalExtent, int wanted) {
    long place = locateIn(top.map.peek(logicalExtent), wanted);
    Layer below = place == ELSEWHERE ? top.below() : null;
    if (below == null) {
      return place == ELSEWHERE ? ZERO : place;
    }
    if (below.below() == null) {
      place = locateIn(below.map.peek(logicalExtent), wanted);
      return place == ELSEWHERE ? ZERO : place;
    }
    ResolvedPage page = below.resolved.find(below, logicalExtent);
    if (page == null) {
      return SCATTERED;
    }
    int end = page.end(logicalExtent);
    for (int i = page.first(logicalExtent); i < end; i++) {
      place = locateIn(page.piece(i), wanted);
      if (place != ELSEWHERE) {
        return place;
      }
    }
    return ZERO;
  }

  private static long locateIn(long entry, int wanted) {
    if (entry == WordTree.NOT_IN_MEMORY) {
      return SCATTERED;
    }
    int held = MapEntry.mask(entry) & wanted;
    if (held == wanted) {
      return MapEntry.extent(entry) * PoolLayout.EXTENT_BYTES;
    }
    return held == 0 ? ELSEWHERE : SCATTERED;
  }

  /**
   * Puts the key of what lies at a place, which {@link #locate} found for a logical extent, into
   * the first element. An extent has one owner and moves only to a layer of the same key, so the
   * key is right whatever moved since.
   *
   * @return false if nothing of the chain lies there any more, or the maps in memory do not tell
   */
  static boolean findKey(Layer top, long logicalExtent, long place, DataKey[] key) {
    Layer below = top.below();
    ResolvedPage page =
        below == null || below.below() == null ? null : below.resolved.find(below, logicalExtent);
    if (liesAt(top.map.peek(logicalExtent), place)) {
      key[0] = top.key();
      return true;
    }
    if (page != null) {
      int end = page.end(logicalExtent);
      for (int i = page.first(logicalExtent); i < end; i++) {
        if (liesAt(page.piece(i), place)) {
          key[0] = page.key(i);
          return true;
        }
      }
      return false;
    }
    if (below != null && liesAt(below.map.peek(logicalExtent), place)) {
      key[0] = below.key();
      return true;
    }
    return false;
  }

  private static boolean liesAt(long entry, long place) {
    return entry != WordTree.NOT_IN_MEMORY
        && MapEntry.extent(entry) * PoolLayout.EXTENT_BYTES == place;
  }

  /** As {@link #locate}, but in the top layer alone, and not where it holds them as zero. */
  static long locateHeld(Layer top, long logicalExtent, int wanted) {
    long entry = top.map.peek(logicalExtent);
    return entry != WordTree.NOT_IN_MEMORY
            && (MapEntry.mask(entry) & wanted) == wanted
            && MapEntry.extent(entry) != 0
        ? MapEntry.extent(entry) * PoolLayout.EXTENT_BYTES
        : SCATTERED;
  }

  private interface Look {

    /**
     * Looks.
     *
     * @param movesWait whether whoever moves entries waits for this look, and with him all who
     *     change something: it must not take longer than it has to
     */
    long at(boolean movesWait) throws IOException;
  }

  /** A look at a chain during which no entry moved from one of its layers to another. */
  private static long unmoved(Layer top, Look look) throws IOException {
    StampedLock moves = top.moves;
    for (int tried = 0; tried < TRIES; tried++) {
      long stamp = moves.tryOptimisticRead();
      if (stamp != 0) {
        long seen = look.at(false);
        if (moves.validate(stamp)) {
          return seen;
        }
      }
    }
    long stamp = moves.readLock();
    try {
      return look.at(true);
    } finally {
      moves.unlockRead(stamp);
    }
  }

  /** The mask of the blocks that a byte range within an extent touches. */
  static int touched(int fromByte, int toByte) {
    int first = fromByte / PoolLayout.BLOCK_BYTES;
    int last = (toByte - 1) / PoolLayout.BLOCK_BYTES;
    return maskOf(first, last + 1);
  }

  /** The mask of the blocks that lie wholly in a byte range within an extent. */
  static int covered(int fromByte, int toByte) {
    int first = (fromByte + PoolLayout.BLOCK_BYTES - 1) / PoolLayout.BLOCK_BYTES;
    int end = toByte / PoolLayout.BLOCK_BYTES;
    return first >= end ? 0 : maskOf(first, end);
  }

  private static int maskOf(int first, int end) {
    return (1 << end) - (1 << first);
  }
}
