/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.map;

/** A page of a tree in memory. */
abstract class Node {

  /** 0 for a leaf. */
  final int level;

  /** Index of the first word that it covers. */
  final long first;

  /** The page above; null for the root. Changes once, when the tree grows a new root. */
  volatile Index parent;

  /** Where its last checkpointed image lies, 0 for nowhere. Owned by the checkpoint. */
  volatile long page;

  /** Looked at since the hand of the cache last passed. */
  volatile boolean used = true;

  Node(int level, long first, Index parent, long page) {
    this.level = level;
    this.first = first;
    this.parent = parent;
    this.page = page;
  }
}
