/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.map;

import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.format.TreeRoot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * A sparse array of 64-bit words, zero until set, kept on the device as a tree of pages of 504.
 *
 * <p>Reads take no lock and see every word that was set before they began. {@link #set}, {@link
 * #freeze} and {@link #patch} are called by one thread at a time, who holds the lock of the
 * metadata. Pages are read when they are needed and stay as long as {@link PageCache} has room. A
 * reader who holds a page that has gone reads on from it: it sees the tree as it was when it began.
 * Should the place of a page below have been written anew since, which takes two checkpoints, the
 * page does not fit and the reader begins again.
 *
 * <p>A checkpoint is a {@link #freeze}, which costs nothing but a list of the leaves that changed,
 * and a {@link TreeCheckpoint} that writes them while the tree goes on changing: a leaf that is
 * written to meanwhile copies itself first.
 */
public final class WordTree {

  /** What {@link #peek} says of a page that is not in memory; no entry of a map has this value. */
  public static final long NOT_IN_MEMORY = -1;

  private static final int ATTEMPTS = 3;

  private final TreeKey key;
  private final PageReader reader;
  private volatile Node root;
  private volatile TreeRoot stored;
  private final PageCache cache;
  private List<Leaf> dirty = new ArrayList<>();
  private boolean discarded;

  /** A tree that lies at {@code stored}, or is empty. */
  public WordTree(TreeKey key, PageReader reader, PageCache cache, TreeRoot stored) {
    this.key = key;
    this.reader = reader;
    this.cache = cache;
    this.stored = stored;
  }

  /** Which tree it is. */
  public TreeKey key() {
    return key;
  }

  /** Levels that a tree needs for that many words. */
  public static int heightFor(long words) {
    int height = 1;
    for (long capacity = TreePage.WORDS; capacity < words; capacity *= TreePage.WORDS) {
      height++;
    }
    return height;
  }

  /** The word at an index. */
  public long get(long index) throws IOException {
    return again(
        () -> {
          Leaf leaf = findLeaf(index);
          return leaf == null ? 0 : leaf.get((int) (index % TreePage.WORDS));
        });
  }

  /**
   * The word at an index of a map, or {@link #NOT_IN_MEMORY} where the device would have to be
   * asked. Takes no lock and makes no object.
   */
  public long peek(long index) {
    Node node = root;
    if (node == null) {
      return stored.page() == 0 ? 0 : NOT_IN_MEMORY;
    }
    if (index >= capacity(node)) {
      return 0;
    }
    while (node instanceof Index inner) {
      int slot = slotOf(inner, index);
      node = inner.child(slot);
      if (node == null) {
        return inner.pageBelow(slot) == 0 ? 0 : NOT_IN_MEMORY;
      }
    }
    if (!node.used) {
      node.used = true;
    }
    return ((Leaf) node).get((int) (index % TreePage.WORDS));
  }

  /**
   * Copies the words of the page that begins with an index, each as it was at some moment of the
   * call. Where the cache is full, what is copied does not come into it: who makes one thing of
   * many pages would push out what is used for what is not.
   *
   * @return false if there is no such page: all of them are zero, and nothing was copied
   */
  public boolean readPage(long first, long[] words) throws IOException {
    return again(() -> readPageOnce(first, words) ? 1 : 0) != 0;
  }

  private boolean readPageOnce(long first, long[] words) throws IOException {
    Node node = root();
    if (node == null || first >= capacity(node)) {
      return false;
    }
    while (node instanceof Index inner) {
      int slot = slotOf(inner, first);
      Node child = inner.child(slot);
      if (child == null && inner.level == 1 && cache.isOver()) {
        // Where it lies is asked after it was seen to be gone: the device has it as it was then.
        return readPageFrom(inner.pageBelow(slot), first, words);
      }
      node = child == null ? child(inner, slot) : child;
    }
    if (node != null) {
      ((Leaf) node).copyTo(words);
    }
    return node != null;
  }

  private boolean readPageFrom(long page, long first, long[] words) throws IOException {
    if (page != 0) {
      System.arraycopy(reader.read(key, 0, first, page), 0, words, 0, TreePage.WORDS);
    }
    return page != 0;
  }

  private interface Look {
    long at() throws IOException;
  }

  /** Looks again where a page was not what it was taken for; damage stays damage. */
  private static long again(Look look) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return look.at();
      } catch (FormatException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Sets a word and returns what it was. */
  public long set(long index, long value) throws IOException {
    Leaf leaf = findLeaf(index);
    if (leaf == null) {
      if (value == 0) {
        return 0;
      }
      leaf = makeLeaf(index);
    }
    int slot = (int) (index % TreePage.WORDS);
    long old = leaf.get(slot);
    if (old != value && leaf.set(slot, value)) {
      changed(leaf);
    }
    return old;
  }

  /** The index of the first word at or after {@code from} that is not zero, or -1. */
  public long nextNonZero(long from) throws IOException {
    return again(
        () -> {
          Node top = root();
          return top == null ? -1 : nextNonZero(top, from);
        });
  }

  private void changed(Leaf leaf) {
    dirty.add(leaf);
    cache.changed(1);
  }

  /** Whether anything has changed since the last freeze. */
  public boolean isDirty() {
    return !dirty.isEmpty();
  }

  /** The most pages that a checkpoint of what has changed so far writes. */
  public int dirtyPages() {
    Set<Node> touched = new HashSet<>();
    for (Leaf leaf : dirty) {
      // A leaf of zeroes takes no page; that matters where space is given back for want of it.
      Node node = leaf.isZero() ? leaf.parent : leaf;
      while (node != null && touched.add(node)) {
        node = node.parent;
      }
    }
    return touched.size();
  }

  /** Fixes what is to be checkpointed. The one before must have ended. */
  public TreeCheckpoint freeze() {
    List<Leaf> leaves = dirty;
    dirty = new ArrayList<>();
    leaves.forEach(Leaf::freeze);
    return new TreeCheckpoint(this, leaves);
  }

  /** Takes back the leaves of a freeze that came to nothing. */
  void refuse(List<Leaf> leaves) {
    if (discarded) {
      thaw(leaves);
      return;
    }
    for (Leaf leaf : leaves) {
      if (leaf.refuse()) {
        changed(leaf);
      }
    }
    cache.changed(-leaves.size());
  }

  /** Ends a freeze. */
  void thaw(List<Leaf> leaves) {
    leaves.forEach(Leaf::thaw);
    cache.changed(-leaves.size());
  }

  /** Nothing reads or changes the tree any more, but a checkpoint may still ask for its pages. */
  public void discard() {
    discarded = true;
    cache.changed(-dirty.size());
    dirty = new ArrayList<>();
  }

  /** Lets a page of the tree go; returns whether it has gone. */
  boolean evict(Node node) {
    if (discarded) {
      return true;
    }
    if (node instanceof Leaf leaf ? leaf.isPinned() : ((Index) node).hasChildren()) {
      return false;
    }
    Index parent = node.parent;
    if (parent != null) {
      parent.release(slotOf(parent, node.first), node);
      return true;
    }
    if (root == node) {
      if (stored.page() == 0 || stored.page() != node.page) {
        return false;
      }
      root = null;
    }
    return true;
  }

  /** Makes sure that the word's leaf is among those of the next freeze. */
  public void touch(long index) throws IOException {
    Leaf leaf = findLeaf(index);
    if (leaf == null) {
      leaf = makeLeaf(index);
    }
    int slot = (int) (index % TreePage.WORDS);
    if (leaf.set(slot, leaf.get(slot))) {
      changed(leaf);
    }
  }

  /** Sets a word of a frozen leaf in what is being checkpointed, and unless it is gone, here. */
  public void patch(long index, long value, boolean live) throws IOException {
    findLeaf(index).patch((int) (index % TreePage.WORDS), value, live);
  }

  /**
   * Calls with the number of every page of the stored tree, of some more than once, and of what a
   * checkpoint that came to nothing wrote; reads index pages.
   */
  public void forEachPage(LongConsumer page) throws IOException {
    TreeRoot from = stored;
    Node top = from.height() > 1 ? root() : root;
    if (from.page() != 0 && (top == null || top.page != from.page())) {
      page.accept(from.page());
    }
    if (top != null) {
      forEachPageOf(top, page);
    }
  }

  /** Where the tree lies as of the last checkpoint. */
  public TreeRoot stored() {
    return stored;
  }

  void store(TreeRoot newRoot) {
    stored = newRoot;
  }

  private void forEachPageOf(Node node, LongConsumer page) throws IOException {
    if (node.page != 0) {
      page.accept(node.page);
    }
    if (node instanceof Index index) {
      for (int slot = 0; slot < TreePage.WORDS; slot++) {
        Node below = index.level > 1 ? child(index, slot) : index.child(slot);
        if (below != null) {
          forEachPageOf(below, page);
        } else if (index.pageBelow(slot) != 0) {
          page.accept(index.pageBelow(slot));
        }
      }
    }
  }

  private long nextNonZero(Node node, long from) throws IOException {
    if (node instanceof Leaf leaf) {
      for (long slot = Math.max(0, from - leaf.first); slot < TreePage.WORDS; slot++) {
        if (leaf.get((int) slot) != 0) {
          return leaf.first + slot;
        }
      }
      return -1;
    }
    long below = span(node.level);
    for (long slot = Math.max(0, from - node.first) / below; slot < TreePage.WORDS; slot++) {
      Node child = child((Index) node, (int) slot);
      if (child != null) {
        long found = nextNonZero(child, from);
        if (found >= 0) {
          return found;
        }
      }
    }
    return -1;
  }

  /** The leaf that holds a word, or null if there is none. */
  private Leaf findLeaf(long index) throws IOException {
    Node node = root();
    if (node == null || index >= capacity(node)) {
      return null;
    }
    while (node instanceof Index inner) {
      node = child(inner, slotOf(inner, index));
    }
    if (node != null && !node.used) {
      node.used = true;
    }
    return (Leaf) node;
  }

  private Leaf makeLeaf(long index) throws IOException {
    Node node = root();
    if (node == null) {
      int level = stored.height() - 1;
      node =
          level == 0
              ? new Leaf(0, null, 0, new long[TreePage.WORDS])
              : new Index(level, 0, null, 0, new long[TreePage.WORDS]);
      root = node;
      cache.added(this, node);
    }
    while (index >= capacity(node)) {
      Index above = new Index(node.level + 1, 0, null, 0, new long[TreePage.WORDS]);
      above.adopt(0, node);
      node.parent = above;
      root = above;
      cache.added(this, above);
      node = above;
    }
    while (node instanceof Index inner) {
      int slot = slotOf(inner, index);
      Node child = child(inner, slot);
      if (child == null) {
        long first = inner.first + slot * span(inner.level);
        child =
            inner.level == 1
                ? new Leaf(first, inner, 0, new long[TreePage.WORDS])
                : new Index(inner.level - 1, first, inner, 0, new long[TreePage.WORDS]);
        inner.adopt(slot, child);
        cache.added(this, child);
      }
      node = child;
    }
    return (Leaf) node;
  }

  private Node root() throws IOException {
    Node top = root;
    if (top == null && stored.page() != 0) {
      synchronized (this) {
        top = root;
        if (top == null) {
          top = load(stored.height() - 1, 0, null, stored.page());
          root = top;
        }
      }
    }
    return top;
  }

  private Node child(Index index, int slot) throws IOException {
    Node child = index.child(slot);
    if (child == null && index.pageBelow(slot) != 0) {
      synchronized (index) {
        child = index.child(slot);
        if (child == null) {
          long first = index.first + slot * span(index.level);
          child = load(index.level - 1, first, index, index.pageBelow(slot));
          index.adopt(slot, child);
        }
      }
    }
    return child;
  }

  private Node load(int level, long first, Index parent, long page) throws IOException {
    long[] words = reader.read(key, level, first, page);
    Node node =
        level == 0
            ? new Leaf(first, parent, page, words)
            : new Index(level, first, parent, page, words);
    cache.added(this, node);
    return node;
  }

  private static int slotOf(Index index, long wordIndex) {
    return (int) ((wordIndex - index.first) / span(index.level));
  }

  /** Words below one child of an index page of that level. */
  private static long span(int level) {
    long words = TreePage.WORDS;
    for (int i = 1; i < level; i++) {
      words *= TreePage.WORDS;
    }
    return words;
  }

  private static long capacity(Node root) {
    return root.level == 0 ? TreePage.WORDS : span(root.level) * TreePage.WORDS;
  }
}
