/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreeRoot;
import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.journal.RecordBuffer;
import io.lunette.engine.map.PageCache;
import io.lunette.engine.map.PageReader;
import io.lunette.engine.map.TreeCheckpoint;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Everything that the pool knows, as words in trees, and the records of what changed since the last
 * commit.
 *
 * <p>A change sets words and appends the same words to {@link #pending} in one hold of {@link
 * #lock}, so the order of the journal is the order of the changes, and replaying it on the last
 * checkpoint gives the same state by the same code. The lock is held for memory only; the one
 * exception is a page that was never read before.
 *
 * <p>Every method expects the lock to be held, but for reads of a layer's trees.
 */
final class Metadata {

  private static final long NEXT_LAYER = 0;
  private static final long NEXT_VOLUME = 1;

  final ReentrantLock lock = new ReentrantLock();

  /** Signalled when the commit thread has something to do. */
  final Condition work = lock.newCondition();

  final long capacityExtents;
  final long firstExtent;

  private final PageReader pages;
  private final PageCache cache;
  private final Map<TreeKey.Kind, WordTree> trees = new EnumMap<>(TreeKey.Kind.class);
  private final Map<Long, Layer> layers = new HashMap<>();
  private final Map<Long, Volume> volumesById = new HashMap<>();
  private final TreeMap<String, Volume> volumes = new TreeMap<>();
  private final List<WordTree> retired = new ArrayList<>();
  private Set<WordTree> dirtyTrees = new LinkedHashSet<>();
  private RecordBuffer pending = new RecordBuffer();
  private long usedExtents;
  private long reservedExtents;
  private long metadataExtents;

  Metadata(Superblock superblock, PageReader pages, PageCache cache, long firstExtent) {
    this.pages = pages;
    this.cache = cache;
    this.capacityExtents = superblock.capacityBytes() / PoolLayout.EXTENT_BYTES;
    this.firstExtent = firstExtent;
    for (TreeKey.Kind kind : TreeKey.Kind.values()) {
      if (!kind.isPerLayer()) {
        trees.put(
            kind,
            new WordTree(
                TreeKey.of(kind),
                pages,
                cache,
                superblock.roots().getOrDefault(kind, TreeRoot.EMPTY)));
      }
    }
  }

  WordTree tree(TreeKey.Kind kind) {
    return trees.get(kind);
  }

  // ---- words

  /** Sets a word of a tree, counts what that means, and journals it. */
  void set(WordTree tree, long index, long word) throws IOException {
    apply(tree, index, word);
    pending.add(tree.key().encode(), index, word);
  }

  private void setAll(WordTree tree, long index, long[] words) throws IOException {
    for (int i = 0; i < words.length; i++) {
      apply(tree, index + i, words[i]);
    }
    pending.add(tree.key().encode(), index, words);
  }

  private void apply(WordTree tree, long index, long word) throws IOException {
    boolean wasDirty = tree.isDirty();
    long old = tree.set(index, word);
    if (!wasDirty && tree.isDirty()) {
      dirtyTrees.add(tree);
    }
    if (old == word) {
      return;
    }
    switch (tree.key().kind()) {
      case SPACE -> usedExtents += Long.bitCount(word) - Long.bitCount(old);
      case RESERVED -> reservedExtents += Long.bitCount(word) - Long.bitCount(old);
      case METADATA -> metadataExtents++;
      case MAP -> {
        Layer layer = layers.get(tree.key().layer());
        layer.ownedExtents += named(word) - named(old);
      }
      case DROPPED -> {
        Layer layer = layers.get(tree.key().layer());
        layer.droppedExtents += named(word) - named(old);
        layer.droppedEnd = layer.droppedExtents == 0 ? 0 : Math.max(layer.droppedEnd, index + 1);
      }
      case VOLUMES, LAYERS, GLOBALS -> {}
    }
  }

  private static int named(long entry) {
    return MapEntry.extent(entry) == 0 ? 0 : 1;
  }

  // ---- space

  boolean isUsed(long extent) throws IOException {
    return (tree(TreeKey.Kind.SPACE).get(extent >>> 6) & 1L << extent) != 0;
  }

  /** The word of SPACE at an index, with what lies outside the pool shown as used. */
  long spaceWord(long index) throws IOException {
    long word = tree(TreeKey.Kind.SPACE).get(index);
    for (long e = index << 6; e < firstExtent && e < (index + 1) << 6; e++) {
      word |= 1L << e;
    }
    for (long e = Math.max(capacityExtents, index << 6); e < (index + 1) << 6; e++) {
      word |= 1L << e;
    }
    return word;
  }

  /** Takes CLEAN extents, as bits of one word of SPACE, for tenants' data to come. */
  void reserve(long word, long bits) throws IOException {
    WordTree space = tree(TreeKey.Kind.SPACE);
    WordTree reserved = tree(TreeKey.Kind.RESERVED);
    set(space, word, space.get(word) | bits);
    set(reserved, word, reserved.get(word) | bits);
  }

  /** Gives reserved extents back that nothing was ever written to. */
  void unreserve(long extent) throws IOException {
    settle(extent);
    markClean(extent);
  }

  /** A reserved extent becomes a named one. */
  void settle(long extent) throws IOException {
    WordTree reserved = tree(TreeKey.Kind.RESERVED);
    set(reserved, extent >>> 6, reserved.get(extent >>> 6) & ~(1L << extent));
  }

  void markClean(long extent) throws IOException {
    WordTree space = tree(TreeKey.Kind.SPACE);
    set(space, extent >>> 6, space.get(extent >>> 6) & ~(1L << extent));
  }

  /** Takes a CLEAN extent for metadata pages. */
  void takeForMetadata(long extent) throws IOException {
    WordTree space = tree(TreeKey.Kind.SPACE);
    set(space, extent >>> 6, space.get(extent >>> 6) | 1L << extent);
    set(tree(TreeKey.Kind.METADATA), metadataExtents, extent);
  }

  /** Records that a layer wrote to an extent that its map does not name. */
  void drop(Layer layer, long extent, int mask) throws IOException {
    set(layer.dropped, layer.droppedEnd, MapEntry.of(extent, mask));
  }

  long usedExtents() {
    return usedExtents;
  }

  long reservedExtents() {
    return reservedExtents;
  }

  long metadataExtents() {
    return metadataExtents;
  }

  long dataExtents() {
    return capacityExtents - firstExtent;
  }

  long cleanExtents() {
    return dataExtents() - usedExtents;
  }

  // ---- layers and volumes

  Layer layer(long id) {
    return layers.get(id);
  }

  Collection<Layer> layers() {
    return layers.values();
  }

  Collection<Volume> volumes() {
    return volumes.values();
  }

  Volume volume(String name) {
    return volumes.get(name);
  }

  Volume volume(long id) {
    return volumesById.get(id);
  }

  Layer createLayer(Layer parent, long sizeBytes, long volume) throws IOException {
    long id = next(NEXT_LAYER);
    LayerSlot slot =
        new LayerSlot(
            LayerSlot.State.WRITABLE, false, parent == null ? 0 : parent.id, sizeBytes, volume);
    Layer layer = newLayer(id, slot, TreeRoot.EMPTY, TreeRoot.EMPTY);
    layers.put(id, layer);
    link(layer, parent);
    writeSlot(layer);
    return layer;
  }

  /** Makes the layer of orphans, once in the life of a pool. */
  void createOrphans() throws IOException {
    LayerSlot slot = new LayerSlot(LayerSlot.State.RELEASED, false, 0, 0, 0);
    Layer layer = newLayer(Layer.ORPHANS, slot, TreeRoot.EMPTY, TreeRoot.EMPTY);
    layers.put(Layer.ORPHANS, layer);
    writeSlot(layer);
    set(tree(TreeKey.Kind.GLOBALS), NEXT_LAYER, 1);
    set(tree(TreeKey.Kind.GLOBALS), NEXT_VOLUME, 1);
  }

  void setState(Layer layer, LayerSlot.State state) throws IOException {
    LayerSlot old = layer.slot;
    layer.slot = new LayerSlot(state, old.suspect(), old.parent(), old.sizeBytes(), old.volume());
    writeSlot(layer);
  }

  void setSuspect(Layer layer) throws IOException {
    LayerSlot old = layer.slot;
    layer.slot = new LayerSlot(old.state(), true, old.parent(), old.sizeBytes(), old.volume());
    writeSlot(layer);
  }

  void setSize(Layer layer, long sizeBytes) throws IOException {
    LayerSlot old = layer.slot;
    layer.slot = new LayerSlot(old.state(), old.suspect(), old.parent(), sizeBytes, old.volume());
    writeSlot(layer);
  }

  /** Forgets a layer that holds nothing any more. */
  void removeLayer(Layer layer) throws IOException {
    setAll(tree(TreeKey.Kind.LAYERS), LayerSlot.index(layer.id), new long[LayerSlot.WORDS]);
    layers.remove(layer.id);
    retire(layer);
  }

  /**
   * Gives up a layer's trees. Their pages stay until the next checkpoint is durable: until then a
   * recovery replays the journal on them.
   */
  private void retire(Layer layer) {
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

  /**
   * Gives up a layer that nothing reads any more, and with it every nameless layer below that only
   * it kept. What they wrote waits for its scrub.
   */
  void release(Layer layer) throws IOException {
    setState(layer, LayerSlot.State.RELEASED);
    Layer below = layer.parent;
    layer.parent = null;
    if (below != null) {
      below.children--;
      if (below.children == 0 && below.owner == null) {
        release(below);
      }
    }
  }

  Volume createVolume(VolumeSlot slot, Layer top) throws IOException {
    long id = next(NEXT_VOLUME);
    Volume volume = new Volume(id, slot, top);
    top.owner = volume;
    volumesById.put(id, volume);
    volumes.put(slot.name(), volume);
    writeSlot(volume);
    return volume;
  }

  /** The id that the next volume will get. */
  long nextVolumeId() throws IOException {
    return tree(TreeKey.Kind.GLOBALS).get(NEXT_VOLUME);
  }

  void update(Volume volume, VolumeSlot slot, Layer top) throws IOException {
    if (volume.top.owner == volume) {
      volume.top.owner = null;
    }
    volume.slot = slot;
    volume.top = top;
    top.owner = volume;
    writeSlot(volume);
  }

  void removeVolume(Volume volume) throws IOException {
    setAll(tree(TreeKey.Kind.VOLUMES), VolumeSlot.index(volume.id), VolumeSlot.none());
    volumesById.remove(volume.id);
    volumes.remove(volume.name());
    volume.top.owner = null;
  }

  private long next(long counter) throws IOException {
    WordTree globals = tree(TreeKey.Kind.GLOBALS);
    long id = globals.get(counter);
    set(globals, counter, id + 1);
    return id;
  }

  private void writeSlot(Layer layer) throws IOException {
    setAll(tree(TreeKey.Kind.LAYERS), LayerSlot.index(layer.id), layer.slot.encode());
  }

  private void writeSlot(Volume volume) throws IOException {
    setAll(tree(TreeKey.Kind.VOLUMES), VolumeSlot.index(volume.id), volume.slot.encode());
  }

  private static void link(Layer layer, Layer parent) {
    layer.parent = parent;
    if (parent != null) {
      parent.children++;
    }
  }

  private Layer newLayer(long id, LayerSlot slot, TreeRoot map, TreeRoot dropped) {
    long extents = slot.sizeBytes() / PoolLayout.EXTENT_BYTES + 1;
    TreeRoot mapRoot = map.page() == 0 ? new TreeRoot(0, WordTree.heightFor(extents)) : map;
    return new Layer(
        id,
        slot,
        new WordTree(new TreeKey(TreeKey.Kind.MAP, id), pages, cache, mapRoot),
        new WordTree(new TreeKey(TreeKey.Kind.DROPPED, id), pages, cache, dropped));
  }

  // ---- memory

  /** Keeps the pages in memory within their budget, unless somebody else has the lock. */
  void trimPages() {
    if (cache.isOver() && lock.tryLock()) {
      try {
        cache.trim();
      } finally {
        lock.unlock();
      }
    }
  }

  PageCache cache() {
    return cache;
  }

  // ---- commit and checkpoint

  int pendingBytes() {
    return pending.sizeBytes();
  }

  /** Hands over what is to be committed. */
  RecordBuffer takePending() {
    RecordBuffer taken = pending;
    pending = new RecordBuffer();
    return taken;
  }

  /** Takes records back that could not be committed; they go before all that came since. */
  void returnPending(RecordBuffer records) {
    records.add(pending);
    pending = records;
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
    WordTree slots = tree(TreeKey.Kind.LAYERS);
    for (WordTree tree : List.copyOf(dirtyTrees)) {
      if (tree.key().kind().isPerLayer()) {
        Layer layer = layers.get(tree.key().layer());
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
    for (TreeCheckpoint checkpoint : frozen.layerTrees) {
      checkpoint.abort();
      WordTree tree = checkpoint.tree();
      Layer layer = layers.get(tree.key().layer());
      if (layer != null) {
        dirtyTrees.add(tree);
      }
    }
    for (TreeCheckpoint checkpoint : frozen.poolTrees) {
      checkpoint.abort();
      dirtyTrees.add(checkpoint.tree());
    }
  }

  /** Records in a frozen slot where a layer's tree lies. */
  void patchRoot(TreeKey key, TreeRoot root) throws IOException {
    int word = key.kind() == TreeKey.Kind.MAP ? LayerSlot.MAP_ROOT : LayerSlot.DROPPED_ROOT;
    if (layers.containsKey(key.layer())) {
      tree(TreeKey.Kind.LAYERS).patch(LayerSlot.index(key.layer()) + word, root.encode());
    }
  }

  // ---- opening

  /** Replays a record of the journal. */
  void replay(long treeKey, long index, long word) throws IOException {
    TreeKey key = TreeKey.decode(treeKey);
    if (key.kind().isPerLayer()) {
      Layer layer = layers.get(key.layer());
      if (layer == null) {
        layer = loadLayer(key.layer());
        layers.put(layer.id, layer);
      }
      apply(key.kind() == TreeKey.Kind.MAP ? layer.map : layer.dropped, index, word);
    } else {
      apply(tree(key.kind()), index, word);
    }
    cache.trim();
  }

  /** Counts what the checkpoint says of space, before the replay. */
  void countSpace() throws IOException {
    usedExtents = countBits(tree(TreeKey.Kind.SPACE));
    reservedExtents = countBits(tree(TreeKey.Kind.RESERVED));
    WordTree metadata = tree(TreeKey.Kind.METADATA);
    while (metadata.get(metadataExtents) != 0) {
      metadataExtents++;
    }
  }

  /** Makes layers and volumes of the slots, after the replay. */
  void loadObjects() throws IOException {
    WordTree slots = tree(TreeKey.Kind.LAYERS);
    Map<Long, Layer> replayed = Map.copyOf(layers);
    layers.clear();
    for (long at = slots.nextNonZero(0); at >= 0; ) {
      long id = at / LayerSlot.WORDS;
      Layer layer = replayed.containsKey(id) ? replayed.get(id) : loadLayer(id);
      layer.slot = LayerSlot.decode(words(slots, LayerSlot.index(id), LayerSlot.JOURNALED_WORDS));
      if (layer.slot.state() != LayerSlot.State.ABSENT) {
        layers.put(id, layer);
      }
      cache.trim();
      at = slots.nextNonZero(LayerSlot.index(id + 1));
    }
    replayed.values().stream().filter(each -> layers.get(each.id) != each).forEach(this::retire);
    for (Layer layer : layers.values()) {
      long parent = layer.slot.parent();
      if (parent != 0 && layer.slot.state() != LayerSlot.State.RELEASED) {
        Layer below = layers.get(parent);
        if (below == null) {
          throw new FormatException("layer " + layer.id + " lies on " + parent + ", which is gone");
        }
        link(layer, below);
      }
    }
    WordTree volumeSlots = tree(TreeKey.Kind.VOLUMES);
    for (long at = volumeSlots.nextNonZero(0); at >= 0; ) {
      long id = at / VolumeSlot.WORDS;
      VolumeSlot slot =
          VolumeSlot.decode(words(volumeSlots, VolumeSlot.index(id), VolumeSlot.WORDS));
      Layer top = layers.get(slot.topLayer());
      if (top == null) {
        throw new FormatException(
            "volume " + slot.name() + " has layer " + slot.topLayer() + ", which is gone");
      }
      Volume volume = new Volume(id, slot, top);
      top.owner = volume;
      volumesById.put(id, volume);
      volumes.put(slot.name(), volume);
      cache.trim();
      at = volumeSlots.nextNonZero(VolumeSlot.index(id + 1));
    }
  }

  private Layer loadLayer(long id) throws IOException {
    long[] words = words(tree(TreeKey.Kind.LAYERS), LayerSlot.index(id), LayerSlot.WORDS);
    Layer layer =
        newLayer(
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

  private long countBits(WordTree tree) throws IOException {
    long count = 0;
    for (long at = tree.nextNonZero(0); at >= 0; at = tree.nextNonZero(at + 1)) {
      count += Long.bitCount(tree.get(at));
      cache.trim();
    }
    return count;
  }
}
