/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Extents of a layer that are scrubbed together.
 *
 * @param indexes of their entries in the tree
 * @param entries what there is to erase, the masks as far as they are trusted
 * @param runs the same as ranges of the device
 * @param next index where the batch after begins, -1 if this is the last
 */
record ScrubBatch(
    Layer layer,
    WordTree tree,
    List<Long> indexes,
    List<Long> entries,
    List<DirtyRuns.Run> runs,
    EraseRequest request,
    long next) {

  private static final int MOST_EXTENTS = 1024;

  /** The first extents that a tree names at or after an index and before another. */
  static ScrubBatch of(Layer layer, WordTree tree, long from, long end, EraseRequest request)
      throws IOException {
    List<Long> indexes = new ArrayList<>();
    List<Long> entries = new ArrayList<>();
    long at = from < 0 ? -1 : tree.nextNonZero(from);
    while (at >= 0 && at < end && indexes.size() < MOST_EXTENTS) {
      long entry = tree.get(at);
      indexes.add(at);
      if (MapEntry.extent(entry) != 0) {
        int mask = layer.slot.suspect() ? PoolLayout.FULL_MASK : MapEntry.mask(entry);
        entries.add(MapEntry.of(MapEntry.extent(entry), mask));
      }
      at = tree.nextNonZero(at + 1);
    }
    return new ScrubBatch(layer, tree, indexes, entries, DirtyRuns.of(entries), request, at);
  }

  boolean isEmpty() {
    return indexes.isEmpty();
  }

  int extents() {
    return entries.size();
  }

  /** What is read back: of the extents that the request samples, at least one. */
  List<DirtyRuns.Run> sample() {
    EraseSample sample = request.sample();
    if (sample.isNone() || entries.isEmpty()) {
      return List.of();
    }
    List<Long> taken =
        entries.stream().filter(entry -> sample.takes(MapEntry.extent(entry))).toList();
    return DirtyRuns.of(taken.isEmpty() ? entries.subList(0, 1) : taken);
  }
}
