/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

/**
 * Keeps writes through the page cache apart from writes past it, where both go to one folio; any
 * number of one kind go together.
 *
 * <p>A direct write drops what the page cache has of its range, a whole folio at least. If another
 * write has made a page of that folio dirty since the direct one wrote it back, the folio stays,
 * and the kernel has the next flush fail as if something were lost. Most file systems have a lock
 * of the whole file for it, Btrfs and block devices do not.
 *
 * <p>A piece lies in one unit, so nobody ever waits for two. Thread-safe.
 */
final class FolioTurns {

  /** How a write goes. */
  enum Way {
    THROUGH,
    PAST;

    private Way other() {
      return this == THROUGH ? PAST : THROUGH;
    }
  }

  /**
   * The longest folio of all, as a power of two of pages: what one entry of a table of pages maps,
   * or that many pages (MAX_PAGECACHE_ORDER). What is read ahead comes in such, too.
   */
  private static final int ORDER_MAX = 11;

  private static final int STRIPES = 512;

  private final Stripe[] stripes = new Stripe[STRIPES];
  private final long unitBytes;

  FolioTurns(long pageBytes) {
    unitBytes = Math.min(pageBytes << ORDER_MAX, pageBytes * (pageBytes / Long.BYTES));
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  /** The end of the unit that the byte lies in, or of the range if that comes first. */
  long pieceEnd(long offsetBytes, long endBytes) {
    return Math.min(endBytes, (offsetBytes / unitBytes + 1) * unitBytes);
  }

  /** Waits until nobody writes the other way to the unit of the byte. */
  void begin(Way way, long offsetBytes) {
    stripe(offsetBytes).enter(way);
  }

  void end(Way way, long offsetBytes) {
    stripe(offsetBytes).leave(way);
  }

  private Stripe stripe(long offsetBytes) {
    return stripes[(int) (offsetBytes / unitBytes % STRIPES)];
  }

  /**
   * Units that take turns together. Those who wait go in when the last of the others has left.
   *
   * <p>By its monitor, which takes no memory of the heap: a lock that found none would let somebody
   * be counted for ever who is not there, and nobody else in.
   */
  private static final class Stripe {

    private final int[] inside = new int[Way.values().length];
    private final int[] waiting = new int[Way.values().length];

    /** So many of those who waited may go in before any of the others. */
    private int let;

    private Way turn = Way.THROUGH;

    synchronized void enter(Way way) {
      if (!isFree(way)) {
        await(way);
      }
      inside[way.ordinal()]++;
    }

    /** Also for who comes while those are let in who waited for the same: the others are out. */
    private boolean isFree(Way way) {
      int other = way.other().ordinal();
      return let > 0 ? turn == way : inside[other] == 0 && waiting[other] == 0;
    }

    private synchronized void await(Way way) {
      boolean interrupted = false;
      waiting[way.ordinal()]++;
      while (let == 0 || turn != way) {
        try {
          wait();
        } catch (InterruptedException | OutOfMemoryError e) {
          // Either is an interrupt: there may be no memory for its exception.
          interrupted = true;
        }
      }
      waiting[way.ordinal()]--;
      let--;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    synchronized void leave(Way way) {
      inside[way.ordinal()]--;
      int others = waiting[way.other().ordinal()];
      if (inside[way.ordinal()] == 0 && let == 0 && others > 0) {
        turn = way.other();
        let = others;
        notifyAll();
      }
    }
  }
}
