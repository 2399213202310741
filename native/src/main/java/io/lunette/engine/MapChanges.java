/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * With which commit each map entry changed last, so that a writer can tell whether an entry is
 * durable. Entries share places by a hash: what is said of one may be true of another, which is
 * later, never earlier.
 *
 * <p>Marked with the lock of {@link Metadata} held and before the entry is set; asked by anyone
 * after the entry was read. So whoever sees an entry sees its mark, or a later one.
 */
final class MapChanges {

  private static final int PLACES = 1 << 12;

  private final AtomicLongArray commits = new AtomicLongArray(PLACES);

  /** Says that an entry changes with that commit. */
  void mark(long layer, long extent, long commit) {
    commits.set(place(layer, extent), commit);
  }

  /** The commit with which an entry that was read became, or becomes, durable; 0 long ago. */
  long commitOf(long layer, long extent) {
    return commits.get(place(layer, extent));
  }

  private static int place(long layer, long extent) {
    long mixed = (layer * 0x9E3779B97F4A7C15L + extent) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 52);
  }
}
