/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.map;

import io.lunette.engine.format.TreeRoot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One tree on its way to the device: the leaves that changed, frozen, and then every page above
 * them.
 *
 * <p>Owned by the checkpoint's thread; {@link #end} runs under the lock of the metadata.
 */
public final class TreeCheckpoint {

  private final WordTree tree;
  private final List<Leaf> leaves;

  TreeCheckpoint(WordTree tree, List<Leaf> leaves) {
    this.tree = tree;
    this.leaves = leaves;
  }

  /** The tree. */
  public WordTree tree() {
    return tree;
  }

  /** Writes what changed, from the leaves up, and returns where the tree lies then. */
  public TreeRoot write(PageSink sink) throws IOException {
    TreeRoot root = tree.stored();
    List<Node> changed = new ArrayList<>(leaves);
    while (!changed.isEmpty()) {
      Set<Index> above = new LinkedHashSet<>();
      for (Node node : changed) {
        long[] words = node instanceof Leaf leaf ? leaf.image() : ((Index) node).image();
        long old = node.page;
        node.page = Leaf.isZero(words) ? 0 : sink.write(tree.key(), node.level, node.first, words);
        if (old != 0) {
          sink.release(old);
        }
        Index parent = node.parent;
        if (parent != null) {
          above.add(parent);
        } else {
          root = new TreeRoot(node.page, node.level + 1);
        }
      }
      changed = new ArrayList<>(above);
    }
    tree.store(root);
    return root;
  }

  /**
   * Gives up: every leaf is changed again, for the next checkpoint. What has been written already
   * is where the tree lies now, though nothing durable says so; that checkpoint writes it again.
   */
  public void abort() {
    tree.refuse(leaves);
  }

  /** Lets the leaves go. */
  public void end() {
    tree.thaw(leaves);
  }
}
