/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.map;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the pages of all trees, and what was made of them, in memory within a budget. A clock with
 * a second chance: a leaf that was used since the hand last passed stays. A leaf that the device
 * does not have as it is, and an index page with anything below it in memory, stay whatever the
 * budget says; {@link #isDirtyMuch} tells when a checkpoint should make more of them removable.
 *
 * <p>Pages may be added by any thread. {@link #trim} needs the lock of the metadata, and must not
 * be called from within a call of a tree.
 */
public final class PageCache {

  private static final int LEAF_BYTES = 4200;
  private static final int INDEX_BYTES = 6400;
  private static final int STEPS_MAX = 4096;
  private static final long IDLE_NANOS = 5_000_000;

  private final long budgetBytes;
  private final Queue<Cached> hand = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytes = new AtomicLong();

  /** Leaves that changed, and those that a checkpoint is writing; guarded by the lock. */
  private long changedLeaves;

  private long idleUntilNanos = System.nanoTime();

  /** A page of a tree. */
  private record TreeNode(WordTree tree, Node node) implements Cached {

    @Override
    public int bytes() {
      return node.level == 0 ? LEAF_BYTES : INDEX_BYTES;
    }

    @Override
    public boolean wasUsed() {
      boolean was = node.used;
      if (was) {
        node.used = false;
      }
      return was;
    }

    @Override
    public boolean evict() {
      return tree.evict(node);
    }
  }

  /** A cache of that many bytes. */
  public PageCache(long budgetBytes) {
    this.budgetBytes = budgetBytes;
  }

  /** Bytes that pages may take. */
  public long budgetBytes() {
    return budgetBytes;
  }

  /** Bytes that pages take now. */
  public long bytes() {
    return bytes.get();
  }

  /** Whether there is more than the budget allows. */
  public boolean isOver() {
    return bytes.get() > budgetBytes;
  }

  /** Leaves that no finished checkpoint has as they are; with the lock held. */
  public long changedLeaves() {
    return changedLeaves;
  }

  /** Whether so much has changed that it should be checkpointed; with the lock held. */
  public boolean isDirtyMuch() {
    return changedLeaves * LEAF_BYTES > budgetBytes / 8;
  }

  /** Whether who changes more should wait for a checkpoint; with the lock held. */
  public boolean isDirtyTooMuch() {
    return changedLeaves * LEAF_BYTES > budgetBytes / 2;
  }

  void added(WordTree tree, Node node) {
    add(new TreeNode(tree, node));
  }

  /** Takes something in that was not there; any thread may. */
  public void add(Cached entry) {
    bytes.addAndGet(entry.bytes());
    hand.add(entry);
  }

  void changed(long leaves) {
    changedLeaves += leaves;
  }

  /** Lets pages go until the budget is kept, or a while has been spent. */
  public void trim() {
    if (!isOver() || System.nanoTime() - idleUntilNanos < 0) {
      return;
    }
    boolean freed = false;
    for (int step = 0; step < STEPS_MAX && isOver(); step++) {
      Cached entry = hand.poll();
      if (entry == null) {
        break;
      }
      if (entry.wasUsed()) {
        hand.add(entry);
      } else if (entry.evict()) {
        bytes.addAndGet(-entry.bytes());
        freed = true;
      } else {
        hand.add(entry);
      }
    }
    if (!freed) {
      // All of it is in use: looking again at once would find the same.
      idleUntilNanos = System.nanoTime() + IDLE_NANOS;
    }
  }
}
