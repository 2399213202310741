/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import java.util.ArrayList;
import java.util.List;

/** Blocks to erase as runs of bytes, in the order in which they lie on the device. */
final class DirtyRuns {

  /** Runs are cut at multiples of that, so that many can be under way at a time. */
  static final int MAX_RUN_BYTES = 1 << 20;

  /** A run of bytes on the device. */
  record Run(long offsetBytes, int lengthBytes) {}

  private DirtyRuns() {}

  /** Bytes of all of them. */
  static long bytes(List<Run> runs) {
    return runs.stream().mapToLong(Run::lengthBytes).sum();
  }

  /** The runs of the blocks that these map entries name. */
  static List<Run> of(List<Long> entries) {
    long[] sorted = entries.stream().mapToLong(Long::longValue).sorted().toArray();
    List<Run> runs = new ArrayList<>();
    long start = 0;
    long end = 0;
    for (long entry : sorted) {
      long base = MapEntry.extent(entry) * PoolLayout.EXTENT_BYTES;
      for (int rest = MapEntry.mask(entry); rest != 0; rest &= rest - 1) {
        long at = base + (long) Integer.numberOfTrailingZeros(rest) * PoolLayout.BLOCK_BYTES;
        if (at != end || at % MAX_RUN_BYTES == 0) {
          if (end > start) {
            runs.add(new Run(start, (int) (end - start)));
          }
          start = at;
        }
        end = at + PoolLayout.BLOCK_BYTES;
      }
    }
    if (end > start) {
      runs.add(new Run(start, (int) (end - start)));
    }
    return runs;
  }
}
