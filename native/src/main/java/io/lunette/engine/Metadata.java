/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreeRoot;
import io.lunette.engine.journal.BlockSums;
import io.lunette.engine.journal.RecordBuffer;
import io.lunette.engine.map.PageCache;
import io.lunette.engine.map.PageReader;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
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

  final ReentrantLock lock = new SpinningLock();

  /** Signalled when the commit thread has something to do. */
  final Condition work = lock.newCondition();

  /** Signalled when extents can be dealt, or reserved, that could not be before. */
  final Condition moreExtents = lock.newCondition();

  final SpaceMap space;
  final WordChanges mapChanges = new WordChanges();
  final VouchedBlocks vouched = new VouchedBlocks();
  final UnsavedTrees unsaved = new UnsavedTrees(this);
  final Chains chains;

  private final PageCache cache;
  private final Map<TreeKey.Kind, WordTree> trees = new EnumMap<>(TreeKey.Kind.class);
  private final WordChanges spaceChanges = new WordChanges();
  private RecordBuffer pending = new RecordBuffer();

  /** Records that may become durable before {@link #pending}, and never after. */
  private RecordBuffer ahead = new RecordBuffer();

  /**
   * {@link #pending} begins with what could not be committed, of which some may have been ahead.
   */
  private boolean returned;

  /** Number of the commit that {@link #pending} goes with. */
  private long commit = 1;

  /** What stopped a change half way, or null. */
  private Throwable halfChanged;

  Metadata(Superblock superblock, PageReader pages, PageCache cache, long firstExtent) {
    PageReader reader = (key, level, first, page) -> readPage(pages, key, level, first, page);
    this.cache = cache;
    this.chains = new Chains(this, reader, cache);
    for (TreeKey.Kind kind : TreeKey.Kind.values()) {
      if (!kind.isPerLayer()) {
        trees.put(
            kind,
            new WordTree(
                TreeKey.of(kind),
                reader,
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
    } catch (IOException | RuntimeException | Error e) {
      if (lock.isHeldByCurrentThread()) {
        halfChanged = e;
      }
      throw e;
    }
  }

  /**
   * Throws if a change has stopped half way, for a page that could not be read or want of memory:
   * what is in memory must then never become durable.
   */
  void requireWhole() throws IOException {
    if (halfChanged != null) {
      String what =
          halfChanged instanceof IOException
              ? "a page of metadata could not be read"
              : "a change of metadata stopped half way";
      throw new IOException(what, halfChanged);
    }
  }

  /**
   * A change ends in what nobody expects: it has stopped half way if it had set anything.
   *
   * @param before what {@link #pendingBytes} was when the lock was taken for it
   */
  void stopped(int before, Throwable cause) {
    if (pendingBytes() != before) {
      halfChanged = cause;
    }
  }

  WordTree tree(TreeKey.Kind kind) {
    return trees.get(kind);
  }

  // ---- words

  /** Sets a word of a tree, counts what that means, and journals it. */
  void set(WordTree tree, long index, long word) throws IOException {
    pending.needData();
    setApart(tree, index, word);
  }

  /** {@link #set} of a word that speaks of no data, or only of what {@link #vouch} was told of. */
  void setApart(WordTree tree, long index, long word) throws IOException {
    try {
      switch (tree.key().kind()) {
        case MAP -> mapChanges.mark(tree.key().layer(), index, commit);
        case SPACE, RESERVED -> spaceChanges.mark(0, index, commit);
        case DROPPED, METADATA, VOLUMES, LAYERS, GLOBALS -> {}
      }
      apply(tree, index, word);
      pending.add(tree.key().encode(), index, word);
    } catch (RuntimeException | Error e) {
      halfChanged = e;
      throw e;
    }
  }

  /**
   * {@link #set} of a word of SPACE or RESERVED, ahead of all that waits for a commit. What the
   * word says of others becomes durable with it, so nothing of the word may wait itself: {@link
   * #spaceCommitOf} must be durable. Once records were {@linkplain #returnPending returned}, which
   * may be of the same word, it goes with all others.
   */
  void setAhead(WordTree tree, long index, long word) throws IOException {
    try {
      apply(tree, index, word);
      (returned ? pending : ahead).add(tree.key().encode(), index, word);
    } catch (RuntimeException | Error e) {
      halfChanged = e;
      throw e;
    }
  }

  /** The last commit that has or will have a change of these words of SPACE and RESERVED. */
  long spaceCommitOf(long index) {
    return spaceChanges.commitOf(0, index);
  }

  /**
   * Has the next commit vouch for data that is on the device and of which no map tells yet: its
   * record need not wait for a flush then. {@link VouchedBlocks} may not change.
   */
  void vouch(BlockSums sums) {
    if (!pending.needsData()) {
      try {
        vouched.add(sums);
        pending.add(sums);
      } catch (RuntimeException | Error e) {
        halfChanged = e;
        throw e;
      }
    }
  }

  /** Has the next commit make all data durable before its records. */
  void needData() {
    pending.needData();
  }

  /** What the next commit will vouch for, if nothing comes in between. */
  BlockSums pendingSums() {
    return pending.sums();
  }

  /** {@link #set} of words in a row, as one record. */
  void setAll(WordTree tree, long index, long[] words) throws IOException {
    pending.needData();
    try {
      for (int i = 0; i < words.length; i++) {
        apply(tree, index + i, words[i]);
      }
      pending.add(tree.key().encode(), index, words);
    } catch (RuntimeException | Error e) {
      halfChanged = e;
      throw e;
    }
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
        Layer layer = chains.layer(tree.key().layer());
        layer.ownedExtents += named(word) - named(old);
      }
      case DROPPED -> {
        Layer layer = chains.layer(tree.key().layer());
        chains.countDropped(layer, named(word) - named(old));
        layer.droppedEnd = layer.droppedExtents == 0 ? 0 : Math.max(layer.droppedEnd, index + 1);
      }
      case VOLUMES, LAYERS, GLOBALS -> {}
    }
  }

  private static int named(long entry) {
    return MapEntry.extent(entry) == 0 ? 0 : 1;
  }

  /** Records that a layer wrote to an extent that its map does not name. */
  void drop(Layer layer, long extent, int mask) throws IOException {
    set(layer.dropped, layer.droppedEnd, MapEntry.of(extent, mask));
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

  /** Whether only a commit of all makes durable what was set ahead. */
  boolean isAheadReturned() {
    return returned;
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
    returned = false;
    commit++;
    if (taken.needsData()) {
      // Before the flush of the data, so that nobody waits for it.
      vouched.remove(taken.sums());
    }
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
    records.needData();
    records.add(takeAhead());
    records.add(pending);
    pending = records;
    returned = true;
  }
}
