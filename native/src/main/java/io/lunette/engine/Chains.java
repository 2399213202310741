/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.Globals;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreeRoot;
import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.map.PageCache;
import io.lunette.engine.map.PageReader;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.StampedLock;

/**
 * The layers of a pool, what lies on what, and the volumes that are their tops. What changes here
 * changes the slots of layers and volumes in the same hold of the lock of {@link Metadata}, which
 * every method expects to be held; the slot first, by which {@link Metadata#stopped} tells whether
 * a change that ends half way had begun.
 */
final class Chains {

  private final Metadata metadata;
  private final PageReader pages;
  private final PageCache cache;

  /** See {@link Layer#moves}; taken after the lock of the metadata. */
  final StampedLock moves = new StampedLock();

  final ResolvedMaps resolved;

  private final Map<Long, Layer> layers = new HashMap<>();

  /** By the volume that wrote them. */
  private final Map<Long, Set<Layer>> released = new HashMap<>();

  private final Set<Layer> dropping = new HashSet<>();
  private final Map<Long, Volume> volumesById = new HashMap<>();
  private final TreeMap<String, Volume> volumes = new TreeMap<>();
  private Layer keyLayer;

  /**
   * Layers of which a tree cannot be gone through, and why; found at the opening. What lies on them
   * is not opened, and nothing of their own is moved or scrubbed.
   */
  private final Map<Layer, IOException> damaged = new HashMap<>();

  Chains(Metadata metadata, PageReader pages, PageCache cache) {
    this.metadata = metadata;
    this.pages = pages;
    this.cache = cache;
    this.resolved = new ResolvedMaps(cache);
  }

  Layer layer(long id) {
    return layers.get(id);
  }

  Collection<Layer> layers() {
    return layers.values();
  }

  /** What a volume released and is not scrubbed yet. */
  List<Layer> released(long volume) {
    return List.copyOf(released.getOrDefault(volume, Set.of()));
  }

  /** The layers that have dropped extents, released ones too. */
  Collection<Layer> dropping() {
    return dropping;
  }

  /** Counts extents that a layer has dropped, or that have become CLEAN. */
  void countDropped(Layer layer, int extents) {
    layer.droppedExtents += extents;
    if (layer.droppedExtents == 0) {
      dropping.remove(layer);
    } else {
      dropping.add(layer);
    }
  }

  Collection<Volume> volumes() {
    return volumes.values();
  }

  /** The volumes behind that name in the order of names. */
  Collection<Volume> volumesAfter(String name) {
    return volumes.tailMap(name, false).values();
  }

  Volume volume(String name) {
    return volumes.get(name);
  }

  Volume volume(long id) {
    return volumesById.get(id);
  }

  void markDamaged(Layer layer, IOException why) {
    damaged.put(layer, why);
  }

  /** Why a tree of a layer cannot be gone through, or null. */
  IOException damageOf(Layer layer) {
    return damaged.get(layer);
  }

  /** The same of all layers that a volume lies on. */
  IOException damageOf(Volume volume) {
    for (Layer layer = volume.top; layer != null && !damaged.isEmpty(); layer = layer.parent) {
      if (damaged.containsKey(layer)) {
        return damaged.get(layer);
      }
    }
    return null;
  }

  /** Why a tree of some layer cannot be gone through; empty if none is damaged. */
  Optional<IOException> anyDamage() {
    return damaged.values().stream().findFirst();
  }

  /** Volumes that lie on a damaged layer; goes through all there are. */
  List<Volume> damagedVolumes() {
    return volumes.values().stream().filter(volume -> damageOf(volume) != null).toList();
  }

  /** An empty layer on another or on none, whose blocks are enciphered if there is a key. */
  Layer createLayer(Layer parent, long sizeBytes, long volume, DataKey key) throws IOException {
    LayerSlot slot =
        new LayerSlot(
            LayerSlot.State.WRITABLE,
            false,
            false,
            false,
            idOf(parent),
            sizeBytes,
            volume,
            key == null ? 0 : key.id());
    return createLayer(parent, slot, key);
  }

  /** An empty layer, as its slot says. */
  Layer createLayer(Layer parent, LayerSlot slot, DataKey key) throws IOException {
    long id = next(Globals.NEXT_LAYER);
    Layer layer = newLayer(id, slot, TreeRoot.EMPTY, TreeRoot.EMPTY);
    layer.setKey(key);
    if (key != null) {
      key.named();
    }
    layers.put(id, layer);
    link(layer, parent);
    setSlot(layer, slot);
    return layer;
  }

  /** Makes the layer of orphans, once in the life of a pool. */
  void createOrphans() throws IOException {
    LayerSlot slot = new LayerSlot(LayerSlot.State.RELEASED, false, 0, 0, 0);
    Layer layer = newLayer(Layer.ORPHANS, slot, TreeRoot.EMPTY, TreeRoot.EMPTY);
    add(layer);
    setSlot(layer, slot);
    metadata.set(metadata.tree(TreeKey.Kind.GLOBALS), Globals.NEXT_LAYER, 1);
    metadata.set(metadata.tree(TreeKey.Kind.GLOBALS), Globals.NEXT_VOLUME, 1);
  }

  void setState(Layer layer, LayerSlot.State state) throws IOException {
    boolean isReleased = state == LayerSlot.State.RELEASED;
    boolean isNew = layer.slot.state() != state;
    setSlot(layer, layer.slot.withState(state));
    if (isReleased && isNew && layer.key() != null) {
      layer.key().unnamed();
    }
    if (isReleased) {
      addReleased(layer);
    }
  }

  void setSuspect(Layer layer) throws IOException {
    setSlot(layer, layer.slot.asSuspect());
  }

  void setSize(Layer layer, long sizeBytes) throws IOException {
    setSlot(layer, layer.slot.withSize(sizeBytes));
  }

  /** Forgets a layer that holds nothing any more. */
  void removeLayer(Layer layer) throws IOException {
    metadata.setAll(
        metadata.tree(TreeKey.Kind.LAYERS), LayerSlot.index(layer.id), new long[LayerSlot.WORDS]);
    layers.remove(layer.id);
    dropping.remove(layer);
    released.computeIfPresent(
        layer.slot.volume(),
        (volume, ofVolume) -> ofVolume.remove(layer) && ofVolume.isEmpty() ? null : ofVolume);
    metadata.unsaved.retire(layer);
  }

  private void addReleased(Layer layer) {
    released.computeIfAbsent(layer.slot.volume(), id -> new LinkedHashSet<>()).add(layer);
  }

  /**
   * Gives up a layer that nothing reads any more, and with it every nameless layer below that only
   * it kept. What they wrote waits for its scrub.
   */
  void release(Layer top) throws IOException {
    Layer layer = top;
    while (layer != null) {
      setState(layer, LayerSlot.State.RELEASED);
      Layer below = layer.parent;
      layer.parent = null;
      if (below != null) {
        below.children--;
      }
      layer = below != null && below.children == 0 && below.owner == null ? below : null;
    }
  }

  /**
   * Takes an empty layer out of a chain: what lay on it lies on what was below it. It is released,
   * for a reader may still be looking at its map.
   */
  void unlink(Layer empty, Layer child) throws IOException {
    LayerSlot slot = child.slot.withOpaque(child.opaque || empty.opaque);
    setSlot(child, slot.withParent(idOf(empty.parent)));
    long stamp = moves.writeLock();
    try {
      child.parent = empty.parent;
      empty.parent = null;
      child.opaque |= empty.opaque;
    } finally {
      moves.unlockWrite(stamp);
    }
    empty.children--;
    setState(empty, LayerSlot.State.RELEASED);
  }

  /** Cuts a layer that nobody reads off from what lies below it, which is returned. */
  Layer detach(Layer layer) throws IOException {
    setSlot(layer, layer.slot.withParent(0));
    Layer below = layer.parent;
    layer.parent = null;
    if (below != null) {
      below.children--;
    }
    return below;
  }

  private static long idOf(Layer parent) {
    return parent == null ? 0 : parent.id;
  }

  Volume createVolume(VolumeSlot slot, Layer top) throws IOException {
    long id = next(Globals.NEXT_VOLUME);
    Volume volume = new Volume(id, slot, top);
    add(volume);
    setSlot(volume, slot);
    return volume;
  }

  void add(Volume volume) {
    volume.top.owner = volume;
    volumesById.put(volume.id, volume);
    volumes.put(volume.name(), volume);
  }

  void add(Layer layer) {
    layers.put(layer.id, layer);
    if (layer.slot.holdsKeys()) {
      keyLayer = layer;
    }
    if (layer.slot.state() == LayerSlot.State.RELEASED) {
      addReleased(layer);
    }
    if (layer.droppedExtents > 0) {
      dropping.add(layer);
    }
  }

  /** Hands over all layers and knows none from then on. */
  Map<Long, Layer> takeLayers() {
    Map<Long, Layer> taken = Map.copyOf(layers);
    layers.clear();
    released.clear();
    dropping.clear();
    return taken;
  }

  /** The id that the next volume will get. */
  long nextVolumeId() throws IOException {
    return metadata.tree(TreeKey.Kind.GLOBALS).get(Globals.NEXT_VOLUME);
  }

  void update(Volume volume, VolumeSlot slot, Layer top) throws IOException {
    setSlot(volume, slot);
    if (volume.top.owner == volume) {
      volume.top.owner = null;
    }
    volume.top = top;
    top.owner = volume;
  }

  void removeVolume(Volume volume) throws IOException {
    metadata.setAll(
        metadata.tree(TreeKey.Kind.VOLUMES), VolumeSlot.index(volume.id), VolumeSlot.none());
    volumesById.remove(volume.id);
    volumes.remove(volume.name());
    volume.top.owner = null;
  }

  private long next(long counter) throws IOException {
    WordTree globals = metadata.tree(TreeKey.Kind.GLOBALS);
    long id = globals.get(counter);
    metadata.set(globals, counter, id + 1);
    return id;
  }

  private void setSlot(Layer layer, LayerSlot slot) throws IOException {
    metadata.setAll(metadata.tree(TreeKey.Kind.LAYERS), LayerSlot.index(layer.id), slot.encode());
    layer.slot = slot;
  }

  private void setSlot(Volume volume, VolumeSlot slot) throws IOException {
    metadata.setAll(
        metadata.tree(TreeKey.Kind.VOLUMES), VolumeSlot.index(volume.id), slot.encode());
    volume.slot = slot;
  }

  static void link(Layer layer, Layer parent) {
    layer.parent = parent;
    if (parent != null) {
      parent.children++;
    }
  }

  /** The layer that holds the wrapped keys, or null as long as the pool has none. */
  Layer keyLayer() {
    return keyLayer;
  }

  /** Makes the layer that holds the wrapped keys, once in the life of a pool. */
  Layer createKeyLayer(long sizeBytes) throws IOException {
    LayerSlot slot = new LayerSlot(LayerSlot.State.FROZEN, false, false, true, 0, sizeBytes, 0, 0);
    keyLayer = createLayer(null, slot, null);
    return keyLayer;
  }

  Layer newLayer(long id, LayerSlot slot, TreeRoot map, TreeRoot dropped) {
    long extents = slot.sizeBytes() / PoolLayout.EXTENT_BYTES + 1;
    TreeRoot mapRoot = map.page() == 0 ? new TreeRoot(0, WordTree.heightFor(extents)) : map;
    return new Layer(
        id,
        slot,
        new WordTree(new TreeKey(TreeKey.Kind.MAP, id), pages, cache, mapRoot),
        new WordTree(new TreeKey(TreeKey.Kind.DROPPED, id), pages, cache, dropped),
        moves,
        resolved);
  }
}
