/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

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
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;

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

  final ReentrantLock lock = new SpinningLock();

  /** Signalled when the commit thread has something to do. */
  final Condition work = lock.newCondition();

  /** See {@link Layer#moves}; taken after {@link #lock}. */
  final StampedLock moves = new StampedLock();

  final SpaceMap space;
  final WordChanges mapChanges = new WordChanges();
  final UnsavedTrees unsaved = new UnsavedTrees(this);

  private final PageReader pages;
  private final PageCache cache;
  private final Map<TreeKey.Kind, WordTree> trees = new EnumMap<>(TreeKey.Kind.class);
  private final Map<Long, Layer> layers = new HashMap<>();
  private final Map<Long, Volume> volumesById = new HashMap<>();
  private final TreeMap<String, Volume> volumes = new TreeMap<>();
  private final WordChanges spaceChanges = new WordChanges();
  private RecordBuffer pending = new RecordBuffer();

  /** Records that may become durable before {@link #pending}, and never after. */
  private RecordBuffer ahead = new RecordBuffer();

  private Layer keyLayer;

  /** Number of the commit that {@link #pending} goes with. */
  private long commit = 1;

  private IOException halfChanged;

  Metadata(Superblock superblock, PageReader pages, PageCache cache, long firstExtent) {
    this.pages = (key, level, first, page) -> readPage(pages, key, level, first, page);
    this.cache = cache;
    for (TreeKey.Kind kind : TreeKey.Kind.values()) {
      if (!kind.isPerLayer()) {
        trees.put(
            kind,
            new WordTree(
                TreeKey.of(kind),
                this.pages,
                cache,
                superblock.roots().getOrDefault(kind, TreeRoot.EMPTY)));
      }
    }
    this.space =
        new SpaceMap(this, superblock.capacityBytes() / PoolLayout.EXTENT_BYTES, firstExtent);
  }

  /** Reads a page, and remembers if that failed in the middle of a change. */
  private long[] readPage(PageReader from, TreeKey key, int level, long first, long page)
      throws IOException {
    try {
      return from.read(key, level, first, page);
    } catch (IOException e) {
      if (lock.isHeldByCurrentThread()) {
        halfChanged = e;
      }
      throw e;
    }
  }

  /**
   * Throws if a change has stopped half way for a page that could not be read: what is in memory
   * must then never become durable.
   */
  void requireWhole() throws IOException {
    if (halfChanged != null) {
      throw new IOException("a page of metadata could not be read", halfChanged);
    }
  }

  WordTree tree(TreeKey.Kind kind) {
    return trees.get(kind);
  }

  // ---- words

  /** Sets a word of a tree, counts what that means, and journals it. */
  void set(WordTree tree, long index, long word) throws IOException {
    switch (tree.key().kind()) {
      case MAP -> mapChanges.mark(tree.key().layer(), index, commit);
      case SPACE, RESERVED -> spaceChanges.mark(0, index, commit);
      case DROPPED, METADATA, VOLUMES, LAYERS, GLOBALS -> {}
    }
    apply(tree, index, word);
    pending.add(tree.key().encode(), index, word);
  }

  /**
   * {@link #set} of a word of SPACE or RESERVED, ahead of all that waits for a commit. What the
   * word says of others becomes durable with it, so nothing of the word may wait itself: {@link
   * #spaceCommitOf} must be durable.
   */
  void setAhead(WordTree tree, long index, long word) throws IOException {
    apply(tree, index, word);
    ahead.add(tree.key().encode(), index, word);
  }

  /** The last commit that has or will have a change of these words of SPACE and RESERVED. */
  long spaceCommitOf(long index) {
    return spaceChanges.commitOf(0, index);
  }

  private void setAll(WordTree tree, long index, long[] words) throws IOException {
    for (int i = 0; i < words.length; i++) {
      apply(tree, index + i, words[i]);
    }
    pending.add(tree.key().encode(), index, words);
  }

  /** Sets a word and counts what that means. */
  void apply(WordTree tree, long index, long word) throws IOException {
    boolean wasDirty = tree.isDirty();
    long old = tree.set(index, word);
    if (!wasDirty && tree.isDirty()) {
      unsaved.add(tree);
    }
    if (old == word) {
      return;
    }
    switch (tree.key().kind()) {
      case SPACE, RESERVED, METADATA -> space.changed(tree.key().kind(), old, word);
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

  // ---- layers and volumes

  /** Records that a layer wrote to an extent that its map does not name. */
  void drop(Layer layer, long extent, int mask) throws IOException {
    set(layer.dropped, layer.droppedEnd, MapEntry.of(extent, mask));
  }

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

  /** An empty layer on another or on none, whose blocks are enciphered if there is a key. */
  Layer createLayer(Layer parent, long sizeBytes, long volume, DataKey key) throws IOException {
    LayerSlot slot =
        new LayerSlot(
            LayerSlot.State.WRITABLE,
            false,
            false,
            false,
            parent == null ? 0 : parent.id,
            sizeBytes,
            volume,
            key == null ? 0 : key.id());
    return createLayer(parent, slot, key);
  }

  /** An empty layer, as its slot says. */
  Layer createLayer(Layer parent, LayerSlot slot, DataKey key) throws IOException {
    long id = next(NEXT_LAYER);
    Layer layer = newLayer(id, slot, TreeRoot.EMPTY, TreeRoot.EMPTY);
    layer.setKey(key);
    if (key != null) {
      key.named();
    }
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
    boolean isReleased = state == LayerSlot.State.RELEASED;
    if (isReleased && layer.slot.state() != state && layer.key() != null) {
      layer.key().unnamed();
    }
    layer.slot = layer.slot.withState(state);
    writeSlot(layer);
  }

  void setSuspect(Layer layer) throws IOException {
    layer.slot = layer.slot.asSuspect();
    writeSlot(layer);
  }

  void setSize(Layer layer, long sizeBytes) throws IOException {
    layer.slot = layer.slot.withSize(sizeBytes);
    writeSlot(layer);
  }

  /** Forgets a layer that holds nothing any more. */
  void removeLayer(Layer layer) throws IOException {
    setAll(tree(TreeKey.Kind.LAYERS), LayerSlot.index(layer.id), new long[LayerSlot.WORDS]);
    layers.remove(layer.id);
    unsaved.retire(layer);
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

  /**
   * Takes an empty layer out of a chain: what lay on it lies on what was below it. It is released,
   * for a reader may still be looking at its map.
   */
  void unlink(Layer empty, Layer child) throws IOException {
    long stamp = moves.writeLock();
    try {
      child.parent = empty.parent;
      empty.parent = null;
      child.opaque |= empty.opaque;
    } finally {
      moves.unlockWrite(stamp);
    }
    empty.children--;
    child.slot = child.slot.withOpaque(child.opaque);
    setParent(child, child.parent);
    setState(empty, LayerSlot.State.RELEASED);
  }

  /** Cuts a layer that nobody reads off from what lies below it, which is returned. */
  Layer detach(Layer layer) throws IOException {
    Layer below = layer.parent;
    layer.parent = null;
    if (below != null) {
      below.children--;
    }
    setParent(layer, null);
    return below;
  }

  private void setParent(Layer layer, Layer parent) throws IOException {
    layer.slot = layer.slot.withParent(parent == null ? 0 : parent.id);
    writeSlot(layer);
  }

  Volume createVolume(VolumeSlot slot, Layer top) throws IOException {
    long id = next(NEXT_VOLUME);
    Volume volume = new Volume(id, slot, top);
    add(volume);
    writeSlot(volume);
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
  }

  /** Hands over all layers and knows none from then on. */
  Map<Long, Layer> takeLayers() {
    Map<Long, Layer> taken = Map.copyOf(layers);
    layers.clear();
    return taken;
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
        moves);
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
    return ahead.sizeBytes() + pending.sizeBytes();
  }

  int aheadBytes() {
    return ahead.sizeBytes();
  }

  /** Number of the commit that what changes now goes with. */
  long commit() {
    return commit;
  }

  /** Hands over what is to be committed, and begins with what the next commit is. */
  RecordBuffer takePending() {
    RecordBuffer taken = pending;
    if (!ahead.isEmpty()) {
      taken = takeAhead();
      taken.add(pending);
    }
    pending = new RecordBuffer();
    commit++;
    return taken;
  }

  /** Hands over what may be made durable before the rest. */
  RecordBuffer takeAhead() {
    RecordBuffer taken = ahead;
    ahead = new RecordBuffer();
    return taken;
  }

  /** Takes records back that could not be committed; they go before all that came since. */
  void returnPending(RecordBuffer records) {
    records.add(takeAhead());
    records.add(pending);
    pending = records;
  }
}
