/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps writes through the page cache apart from writes past it, where both go to one folio.
 *
 * <p>A direct write drops what the page cache has of its range, a whole folio at least. If another
 * write has made a page of that folio dirty since the direct one wrote it back, the folio stays,
 * and the kernel has the next flush fail as if something were lost. Most file systems have a lock
 * of the whole file for it, Btrfs and block devices do not.
 *
 * <p>A piece lies in one unit, so nobody ever holds two locks. Thread-safe.
 */
final class FolioTurns {

  /**
   * The longest folio of all, as a power of two of pages: what one entry of a table of pages maps,
   * or that many pages (MAX_PAGECACHE_ORDER). What is read ahead comes in such, too.
   */
  private static final int ORDER_MAX = 11;

  private static final int STRIPES = 256;

  private final ReadWriteLock[] stripes = new ReadWriteLock[STRIPES];
  private final long unitBytes;

  FolioTurns(long pageBytes) {
    unitBytes = Math.min(pageBytes << ORDER_MAX, pageBytes * (pageBytes / Long.BYTES));
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantReadWriteLock();
    }
  }

  /** The end of the unit that the byte lies in, or of the range if that comes first. */
  long pieceEnd(long offsetBytes, long endBytes) {
    return Math.min(endBytes, (offsetBytes / unitBytes + 1) * unitBytes);
  }

  /** For a write through the page cache, beside others of its kind. */
  Lock through(long offsetBytes) {
    return stripe(offsetBytes).readLock();
  }

  /** For a write past the page cache, alone in its unit. */
  Lock past(long offsetBytes) {
    return stripe(offsetBytes).writeLock();
  }

  private ReadWriteLock stripe(long offsetBytes) {
    return stripes[(int) (offsetBytes / unitBytes % STRIPES)];
  }
}
