/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.LayerSpace;
import io.lunette.core.volume.SpaceExplanation;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Says which layers hold the owned space and which volumes stand on them: of a deleted image, too,
 * whose layer no volume holds for itself as long as several clones read it. Memory is bounded by
 * what is asked for, whatever the number of layers.
 */
final class SpaceHolders {

  /** Names that are given of the volumes on one layer. */
  private static final int NAMES_MAX = 16;

  private static final Comparator<Layer> LESS_FIRST =
      Comparator.<Layer>comparingLong(layer -> layer.ownedExtents)
          .thenComparing(layer -> layer.id, Comparator.reverseOrder());

  private static final class Holders {
    final List<VolumeName> names = new ArrayList<>();
    long count;
  }

  private final Metadata metadata;

  SpaceHolders(Metadata metadata) {
    this.metadata = metadata;
  }

  /** The layers that hold most, so many at most, and what all others hold together. */
  SpaceExplanation explain(int limit) {
    metadata.lock.lock();
    try {
      long extents = 0;
      long holding = 0;
      PriorityQueue<Layer> most = new PriorityQueue<>(LESS_FIRST);
      for (Layer layer : metadata.chains.layers()) {
        if (isOwned(layer)) {
          extents += layer.ownedExtents;
          holding++;
          most.add(layer);
          if (most.size() > limit) {
            most.remove();
          }
        }
      }
      return explanation(most, extents, holding);
    } finally {
      metadata.lock.unlock();
    }
  }

  /** As {@link PoolAccounts} counts it. */
  private static boolean isOwned(Layer layer) {
    return layer.ownedExtents > 0
        && !layer.slot.holdsKeys()
        && layer.slot.state() != LayerSlot.State.RELEASED;
  }

  private SpaceExplanation explanation(PriorityQueue<Layer> most, long extents, long holding) {
    Map<Layer, Holders> holders = new LinkedHashMap<>();
    most.stream().sorted(LESS_FIRST.reversed()).forEach(layer -> holders.put(layer, new Holders()));
    metadata.chains.volumes().forEach(volume -> stand(volume, holders));
    List<LayerSpace> layers = new ArrayList<>();
    long shown = 0;
    for (Map.Entry<Layer, Holders> entry : holders.entrySet()) {
      shown += entry.getKey().ownedExtents;
      layers.add(space(entry.getKey(), entry.getValue()));
    }
    return new SpaceExplanation(
        extents * PoolLayout.EXTENT_BYTES,
        layers,
        holding - layers.size(),
        (extents - shown) * PoolLayout.EXTENT_BYTES);
  }

  private static void stand(Volume volume, Map<Layer, Holders> holders) {
    for (Layer layer = volume.top; layer != null; layer = layer.parent) {
      Holders of = holders.get(layer);
      if (of != null) {
        of.count++;
        if (of.names.size() < NAMES_MAX) {
          of.names.add(new VolumeName(volume.name()));
        }
      }
    }
  }

  private static LayerSpace space(Layer layer, Holders holders) {
    return new LayerSpace(
        layer.id,
        layer.ownedExtents * PoolLayout.EXTENT_BYTES,
        Optional.ofNullable(layer.owner).map(volume -> new VolumeName(volume.name())),
        holders.count,
        holders.names.stream().sorted(Comparator.comparing(VolumeName::value)).toList());
  }
}
