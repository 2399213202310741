/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.LayerSpace;
import io.lunette.core.volume.SpaceExplanation;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Says which layers hold the owned space and which volumes stand on them: of a deleted image, too,
 * whose layer no volume holds for itself as long as several clones read it.
 *
 * <p>It looks in {@link ShortHolds}, so that commits go on: layers and volumes may be as they were
 * at slightly different moments, and a volume that came or went meanwhile may be missing.
 */
final class SpaceHolders {

  /** Names that are given of the volumes on one layer. */
  private static final int NAMES_MAX = 16;

  private static final Comparator<Holding> LESS_FIRST =
      Comparator.comparingLong(Holding::extents)
          .thenComparing(holding -> holding.layer.id, Comparator.reverseOrder());

  /** A layer, and what it held when it was looked at. */
  private record Holding(Layer layer, long extents) {}

  /** The volumes that stand on a layer. */
  private static final class Standing {
    final List<VolumeName> names = new ArrayList<>();
    long count;
  }

  private final Metadata metadata;
  private final PriorityQueue<Holding> most = new PriorityQueue<>(LESS_FIRST);
  private final Map<Layer, Standing> standing = new HashMap<>();
  private long ownedExtents;
  private long holdingLayers;

  /** Name of the last volume that was looked at. */
  private String lastVolume = "";

  /** For one explanation. */
  SpaceHolders(Metadata metadata) {
    this.metadata = metadata;
  }

  /** The layers that hold most, so many at most, and what all others hold together. */
  SpaceExplanation explain(int limit) {
    ShortHolds.ofLayers(metadata, layer -> count(layer, limit));
    most.forEach(holding -> standing.put(holding.layer, new Standing()));
    ShortHolds.run(metadata, this::standSome);
    List<LayerSpace> layers = spaces();
    long shown = most.stream().mapToLong(Holding::extents).sum();
    return new SpaceExplanation(
        ownedExtents * PoolLayout.EXTENT_BYTES,
        layers,
        holdingLayers - layers.size(),
        (ownedExtents - shown) * PoolLayout.EXTENT_BYTES);
  }

  private void count(Layer layer, int limit) {
    if (isOwned(layer)) {
      ownedExtents += layer.ownedExtents;
      holdingLayers++;
      most.add(new Holding(layer, layer.ownedExtents));
      if (most.size() > limit) {
        most.remove();
      }
    }
  }

  /** As {@link PoolAccounts} counts it. */
  private static boolean isOwned(Layer layer) {
    return layer.ownedExtents > 0
        && !layer.slot.holdsKeys()
        && layer.slot.state() != LayerSlot.State.RELEASED;
  }

  /** Walks the chains of some more volumes; returns whether there may be others behind them. */
  private boolean standSome() {
    int steps = 0;
    for (Volume volume : metadata.chains.volumesAfter(lastVolume)) {
      steps += stand(volume);
      lastVolume = volume.name();
      if (steps >= ShortHolds.STEPS) {
        return true;
      }
    }
    return false;
  }

  /** Returns how many layers the volume stands on. */
  private int stand(Volume volume) {
    int layers = 0;
    for (Layer layer = volume.top; layer != null; layer = layer.parent) {
      layers++;
      Standing on = standing.get(layer);
      if (on != null) {
        on.count++;
        if (on.names.size() < NAMES_MAX) {
          on.names.add(new VolumeName(volume.name()));
        }
      }
    }
    return layers;
  }

  private List<LayerSpace> spaces() {
    List<LayerSpace> spaces = new ArrayList<>();
    metadata.lock.lock();
    try {
      most.stream().sorted(LESS_FIRST.reversed()).forEach(holding -> spaces.add(space(holding)));
    } finally {
      metadata.lock.unlock();
    }
    return spaces;
  }

  private LayerSpace space(Holding holding) {
    Standing on = standing.get(holding.layer);
    return new LayerSpace(
        holding.layer.id,
        holding.extents * PoolLayout.EXTENT_BYTES,
        Optional.ofNullable(holding.layer.owner).map(volume -> new VolumeName(volume.name())),
        on.count,
        on.names.stream().sorted(Comparator.comparing(VolumeName::value)).toList());
  }
}
