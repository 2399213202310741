/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.map;

import io.lunette.engine.format.TreePage;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** An index page: which pages lie below, and those of them that are in memory. */
final class Index extends Node {

  /** Page numbers below as of the last checkpoint; written by the checkpoint alone. */
  private final long[] pages;

  private final AtomicReferenceArray<Node> children = new AtomicReferenceArray<>(TreePage.WORDS);

  Index(int level, long first, Index parent, long page, long[] pages) {
    super(level, first, parent, page);
    this.pages = pages;
  }

  Node child(int slot) {
    return children.getAcquire(slot);
  }

  void adopt(int slot, Node child) {
    children.setRelease(slot, child);
  }

  boolean hasChildren() {
    for (int i = 0; i < TreePage.WORDS; i++) {
      if (children.getPlain(i) != null) {
        return true;
      }
    }
    return false;
  }

  /** Lets a child go that the device has as it is. A child that is there no more has gone. */
  void release(int slot, Node child) {
    if (child(slot) == child) {
      // The same word that a checkpoint would write here, if one is writing this page now.
      pages[slot] = child.page;
      children.setRelease(slot, null);
    }
  }

  long pageBelow(int slot) {
    Node child = child(slot);
    return child != null ? child.page : pages[slot];
  }

  /** The words to write: where each child lies now. */
  long[] image() {
    for (int i = 0; i < TreePage.WORDS; i++) {
      pages[i] = pageBelow(i);
    }
    return pages.clone();
  }
}
