/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.io.IOException;

/**
 * Finds CLEAN extents, going round the pool from where it found the last. Guarded by the lock of
 * {@link Metadata}.
 */
final class ExtentFinder {

  private final Metadata metadata;
  private long cursor;

  ExtentFinder(Metadata metadata) {
    this.metadata = metadata;
  }

  /** Extents kept back from tenants, so that metadata can still be written when data is full. */
  long keptForMetadata() {
    return Math.max(16, metadata.dataExtents() / 256);
  }

  /** CLEAN extents that tenants may still have. */
  long available() {
    return Math.max(0, metadata.cleanExtents() - keptForMetadata());
  }

  /** The next CLEAN extent, or -1 if there are not more than {@code keep} of them. */
  long nextClean(long keep) throws IOException {
    long bits = nextCleanWord(keep);
    return bits == 0 ? -1 : (cursor << 6) + Long.numberOfTrailingZeros(bits);
  }

  /** The CLEAN extents of the next word of SPACE that has any; {@link #word} says which word. */
  long nextCleanWord(long keep) throws IOException {
    if (metadata.cleanExtents() <= keep) {
      return 0;
    }
    long words = (metadata.capacityExtents + 63) >>> 6;
    for (long tried = 0; tried <= words; tried++) {
      if (cursor >= words) {
        cursor = metadata.firstExtent >>> 6;
      }
      long clean = ~metadata.spaceWord(cursor);
      if (clean != 0) {
        return clean;
      }
      cursor++;
    }
    return 0;
  }

  /** Where the last search ended. */
  long word() {
    return cursor;
  }
}
