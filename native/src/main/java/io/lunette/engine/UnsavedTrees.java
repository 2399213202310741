/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreeRoot;
import io.lunette.engine.map.TreeCheckpoint;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The trees that differ from the last checkpoint, and those that it still has and nobody else: what
 * the next one writes, and what it frees. Guarded by the lock of {@link Metadata}.
 */
final class UnsavedTrees {

  private final Metadata metadata;
  private final List<WordTree> retired = new ArrayList<>();
  private Set<WordTree> dirtyTrees = new LinkedHashSet<>();

  UnsavedTrees(Metadata metadata) {
    this.metadata = metadata;
  }

  /** Notes that a tree has changed. */
  void add(WordTree tree) {
    dirtyTrees.add(tree);
  }

  /**
   * Gives up a layer's trees. Their pages stay until the next checkpoint is durable: until then a
   * recovery replays the journal on them.
   */
  void retire(Layer layer) {
    dirtyTrees.remove(layer.map);
    dirtyTrees.remove(layer.dropped);
    layer.map.discard();
    layer.dropped.discard();
    retired.add(layer.map);
    retired.add(layer.dropped);
  }

  /** Trees whose pages the next checkpoint frees. */
  List<WordTree> retired() {
    return retired;
  }

  /** The most pages that a checkpoint now would write. */
  int dirtyPages() {
    int count = 0;
    for (WordTree tree : dirtyTrees) {
      count += tree.dirtyPages() + (tree.key().kind().isPerLayer() ? 4 : 0);
    }
    return count + 64;
  }

  /** What a checkpoint writes: trees of layers first, then those of the pool. */
  record Frozen(
      List<TreeCheckpoint> layerTrees, List<TreeCheckpoint> poolTrees, List<WordTree> retired) {}

  /** Fixes the present state for a checkpoint. The one before must have ended. */
  Frozen freeze() throws IOException {
    WordTree slots = metadata.tree(TreeKey.Kind.LAYERS);
    for (WordTree tree : List.copyOf(dirtyTrees)) {
      if (tree.key().kind().isPerLayer()) {
        Layer layer = metadata.chains.layer(tree.key().layer());
        long index = LayerSlot.index(layer.id);
        slots.touch(index);
        dirtyTrees.add(slots);
        slots.set(index + LayerSlot.OWNED_EXTENTS, layer.ownedExtents);
        slots.set(index + LayerSlot.DROPPED_END, layer.droppedEnd);
        slots.set(index + LayerSlot.DROPPED_EXTENTS, layer.droppedExtents);
      }
    }
    List<TreeCheckpoint> ofLayers = new ArrayList<>();
    List<TreeCheckpoint> ofPool = new ArrayList<>();
    for (WordTree tree : dirtyTrees) {
      (tree.key().kind().isPerLayer() ? ofLayers : ofPool).add(tree.freeze());
    }
    dirtyTrees = new LinkedHashSet<>();
    List<WordTree> gone = List.copyOf(retired);
    retired.clear();
    return new Frozen(ofLayers, ofPool, gone);
  }

  /** Takes back what a checkpoint froze that came to nothing. */
  void refuse(Frozen frozen) {
    retired.addAll(frozen.retired);
    for (TreeCheckpoint checkpoint : frozen.layerTrees) {
      checkpoint.abort();
      WordTree tree = checkpoint.tree();
      Layer layer = metadata.chains.layer(tree.key().layer());
      if (layer != null) {
        dirtyTrees.add(tree);
      }
    }
    for (TreeCheckpoint checkpoint : frozen.poolTrees) {
      checkpoint.abort();
      dirtyTrees.add(checkpoint.tree());
    }
  }

  /**
   * Records in a frozen slot where a layer's tree lies. The layer may have gone since the freeze:
   * what is being checkpointed has it still, and a crash before its end is durable comes back to
   * that, so the checkpoint must not be left with a root of the time before it.
   */
  void patchRoot(TreeKey key, TreeRoot root) throws IOException {
    int word = key.kind() == TreeKey.Kind.MAP ? LayerSlot.MAP_ROOT : LayerSlot.DROPPED_ROOT;
    metadata
        .tree(TreeKey.Kind.LAYERS)
        .patch(
            LayerSlot.index(key.layer()) + word,
            root.encode(),
            metadata.chains.layer(key.layer()) != null);
  }
}
