/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreeRoot;
import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;

/**
 * Brings the metadata of a pool that is being opened into memory: lays the journal over the trees
 * of the last checkpoint, then makes layers and volumes of their slots.
 */
final class MetadataLoader {

  private final Metadata metadata;

  MetadataLoader(Metadata metadata) {
    this.metadata = metadata;
  }

  /** Replays a record of the journal. */
  void replay(long treeKey, long index, long word) throws IOException {
    TreeKey key = TreeKey.decode(treeKey);
    if (key.kind().isPerLayer()) {
      Layer layer = metadata.chains.layer(key.layer());
      if (layer == null) {
        layer = loadLayer(key.layer());
        metadata.chains.add(layer);
      }
      metadata.apply(key.kind() == TreeKey.Kind.MAP ? layer.map : layer.dropped, index, word);
    } else {
      metadata.apply(metadata.tree(key.kind()), index, word);
    }
    metadata.cache().trim();
  }

  /** Makes layers and volumes of the slots, after the replay. */
  void load() throws IOException {
    WordTree slots = metadata.tree(TreeKey.Kind.LAYERS);
    Map<Long, Layer> replayed = metadata.chains.takeLayers();
    for (long at = slots.nextNonZero(0); at >= 0; ) {
      long id = at / LayerSlot.WORDS;
      Layer layer = replayed.containsKey(id) ? replayed.get(id) : loadLayer(id);
      layer.slot = LayerSlot.decode(words(slots, LayerSlot.index(id), LayerSlot.JOURNALED_WORDS));
      layer.opaque = layer.slot.opaque();
      if (layer.slot.state() != LayerSlot.State.ABSENT) {
        metadata.chains.add(layer);
      }
      metadata.cache().trim();
      at = slots.nextNonZero(LayerSlot.index(id + 1));
    }
    for (Layer layer : replayed.values()) {
      if (metadata.chains.layer(layer.id) != layer) {
        metadata.unsaved.retire(layer);
      }
    }
    for (Layer layer : metadata.chains.layers()) {
      long parent = layer.slot.parent();
      if (parent != 0 && layer.slot.state() != LayerSlot.State.RELEASED) {
        Layer below = metadata.chains.layer(parent);
        if (below == null) {
          throw new FormatException("layer " + layer.id + " lies on " + parent + ", which is gone");
        }
        Chains.link(layer, below);
      }
    }
    loadVolumes();
  }

  private void loadVolumes() throws IOException {
    WordTree slots = metadata.tree(TreeKey.Kind.VOLUMES);
    for (long at = slots.nextNonZero(0); at >= 0; ) {
      long id = at / VolumeSlot.WORDS;
      VolumeSlot slot = VolumeSlot.decode(words(slots, VolumeSlot.index(id), VolumeSlot.WORDS));
      Layer top = metadata.chains.layer(slot.topLayer());
      if (top == null) {
        throw new FormatException(
            "volume " + slot.name() + " has layer " + slot.topLayer() + ", which is gone");
      }
      metadata.chains.add(new Volume(id, slot, top));
      metadata.cache().trim();
      at = slots.nextNonZero(VolumeSlot.index(id + 1));
    }
  }

  private Layer loadLayer(long id) throws IOException {
    long[] words = words(metadata.tree(TreeKey.Kind.LAYERS), LayerSlot.index(id), LayerSlot.WORDS);
    Layer layer =
        metadata.chains.newLayer(
            id,
            LayerSlot.decode(Arrays.copyOf(words, LayerSlot.JOURNALED_WORDS)),
            TreeRoot.decode(words[LayerSlot.MAP_ROOT]),
            TreeRoot.decode(words[LayerSlot.DROPPED_ROOT]));
    layer.ownedExtents = words[LayerSlot.OWNED_EXTENTS];
    layer.droppedEnd = words[LayerSlot.DROPPED_END];
    layer.droppedExtents = words[LayerSlot.DROPPED_EXTENTS];
    return layer;
  }

  private static long[] words(WordTree tree, long index, int count) throws IOException {
    long[] words = new long[count];
    for (int i = 0; i < count; i++) {
      words[i] = tree.get(index + i);
    }
    return words;
  }
}
