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
 * @param places where the tree names them
 * @param entries what there is to erase, the masks as far as they are trusted
 * @param runs the same as ranges of the device
 * @param next index where the batch after begins, -1 if this is the last
 */
record ScrubBatch(
    Layer layer,
    WordTree tree,
    List<Place> places,
    List<Long> entries,
    List<DirtyRuns.Run> runs,
    EraseRequest request,
    long next) {

  static final int MOST_EXTENTS = 1024;

  /** An entry of the tree, and the extent that it named when the batch was made, 0 for none. */
  record Place(long index, long extent) {}

  /** The first extents, so many at most, that a tree names from an index on before another. */
  static ScrubBatch of(
      Layer layer, WordTree tree, long from, long end, int most, EraseRequest request)
      throws IOException {
    List<Place> places = new ArrayList<>();
    List<Long> entries = new ArrayList<>();
    long at = from < 0 ? -1 : tree.nextNonZero(from);
    while (at >= 0 && at < end && places.size() < most) {
      long entry = tree.get(at);
      places.add(new Place(at, MapEntry.extent(entry)));
      if (MapEntry.extent(entry) != 0) {
        int mask = layer.slot.suspect() ? PoolLayout.FULL_MASK : MapEntry.mask(entry);
        entries.add(MapEntry.of(MapEntry.extent(entry), mask));
      }
      at = tree.nextNonZero(at + 1);
    }
    return new ScrubBatch(layer, tree, places, entries, DirtyRuns.of(entries), request, at);
  }

  /** The same, each extent by itself, of what was dropped: none of that is without an extent. */
  List<ScrubBatch> singly() {
    List<ScrubBatch> each = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      List<Long> entry = entries.subList(i, i + 1);
      each.add(
          new ScrubBatch(
              layer,
              tree,
              places.subList(i, i + 1),
              entry,
              DirtyRuns.of(entry),
              request,
              places.get(i).index() + 1));
    }
    return each;
  }

  boolean isEmpty() {
    return places.isEmpty();
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
