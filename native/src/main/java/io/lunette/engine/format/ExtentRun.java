/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/**
 * Consecutive extents.
 *
 * @param first the first of them
 * @param extents how many
 */
public record ExtentRun(long first, long extents) {

  /** The extent behind the last. */
  public long end() {
    return first + extents;
  }

  /**
   * So many runs at most that cover all these extents, and between them as few others as need be.
   */
  public static List<ExtentRun> covering(SortedSet<Long> extents, int most) {
    List<ExtentRun> runs = new ArrayList<>();
    for (long gap = 0; runs.isEmpty() || runs.size() > most; gap = 2 * gap + 1) {
      runs.clear();
      for (long extent : extents) {
        ExtentRun last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
        if (last == null || extent > last.end() + gap) {
          runs.add(new ExtentRun(extent, 1));
        } else {
          runs.set(runs.size() - 1, new ExtentRun(last.first, extent + 1 - last.first));
        }
      }
      if (extents.isEmpty()) {
        return runs;
      }
    }
    return runs;
  }
}
