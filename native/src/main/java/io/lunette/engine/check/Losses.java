/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.engine.check.PoolImage.LayerImage;
import io.lunette.engine.check.PoolImage.VolumeImage;
import io.lunette.engine.format.PoolLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Says which bytes of which volumes go with a part of a layer's map. */
final class Losses {

  /** An image may lie under thousands of volumes. */
  private static final int MOST_NAMED = 8;

  private final PoolImage image;

  Losses(PoolImage image) {
    this.image = image;
  }

  /** The volumes that read those logical extents of a layer, for people; never empty. */
  String of(long layer, long firstExtent, long extents) {
    List<String> ranges = new ArrayList<>();
    int more = 0;
    for (VolumeImage volume : image.volumes.values()) {
      // Exact: a page of the highest level may cover more than 64 bits can count in bytes.
      long sizeExtents =
          (volume.slot().sizeBytes() + PoolLayout.EXTENT_BYTES - 1) / PoolLayout.EXTENT_BYTES;
      long end = extents > sizeExtents - firstExtent ? sizeExtents : firstExtent + extents;
      if (end <= firstExtent || !readsThrough(volume, layer)) {
        continue;
      }
      if (ranges.size() == MOST_NAMED) {
        more++;
        continue;
      }
      ranges.add(
          "bytes "
              + firstExtent * PoolLayout.EXTENT_BYTES
              + " to "
              + (Math.min(end * PoolLayout.EXTENT_BYTES, volume.slot().sizeBytes()) - 1)
              + " of volume "
              + volume.slot().name());
    }
    if (ranges.isEmpty()) {
      return "no volume reads it";
    }
    return "lost, where no layer above holds them: "
        + String.join(", ", ranges)
        + (more == 0 ? "" : " and of " + more + " more volumes");
  }

  private boolean readsThrough(VolumeImage volume, long layer) {
    Set<Long> seen = new HashSet<>();
    long at = volume.slot().topLayer();
    while (at != layer) {
      LayerImage found = image.layers.get(at);
      if (found == null || found.slot().parent() == 0 || !seen.add(at)) {
        return false;
      }
      at = found.slot().parent();
    }
    return true;
  }
}
