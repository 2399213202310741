/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.format.TreeRoot;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Goes through trees page by page, keeping none, and checks each page and its copy on the way, and
 * that they lie where metadata may lie. The words that the journal set are laid over those of the
 * pages.
 */
final class TreeScan {

  /** Gets every word that is not zero on the device or after the replay. */
  interface Visitor {
    void word(long index, long stored, long word);
  }

  /**
   * A page that is not what it must be, and all that lies below it.
   *
   * @param first index of the first word that it covers
   * @param words how many it covers
   */
  record Damage(TreeKey key, long first, long words, String place, String what) {}

  private final PageCopies pages;
  private final Consumer<Damage> onDamage;

  /** Of each extent with a sound page the pages that are, as a mask. */
  private final Map<Long, Integer> found = new HashMap<>();

  private Set<Long> metadataExtents;

  TreeScan(PageCopies pages, Consumer<Damage> onDamage) {
    this.pages = pages;
    this.onDamage = onDamage;
  }

  /** From now on pages must lie in these extents. */
  void onlyIn(Set<Long> extents) {
    metadataExtents = extents;
  }

  /** Pages that were read and found sound. */
  long pages() {
    return found.values().stream().mapToLong(Integer::bitCount).sum();
  }

  /** Extents with pages that were found sound, and a mask of which. */
  Map<Long, Integer> found() {
    return found;
  }

  void run(TreeKey key, TreeRoot root, NavigableMap<Long, Long> overlay, Visitor visitor) {
    if (root.height() > TreeRoot.MAX_HEIGHT) {
      onDamage.accept(
          new Damage(key, 0, Long.MAX_VALUE, "root of " + key, "has a height of " + root.height()));
      return;
    }
    new Walk(key, overlay, visitor).from(root);
  }

  private final class Walk {

    private final TreeKey key;
    private final Iterator<Map.Entry<Long, Long>> changes;
    private final Visitor visitor;

    /** The first change that the walk, which goes up through the words, has not come to. */
    private Map.Entry<Long, Long> next;

    Walk(TreeKey key, NavigableMap<Long, Long> overlay, Visitor visitor) {
      this.key = key;
      this.changes = overlay.tailMap(0L, true).entrySet().iterator();
      this.visitor = visitor;
      goOn();
    }

    void from(TreeRoot root) {
      int level = root.height() - 1;
      below(level, 0, root.page());
      while (next != null) {
        visitChange();
      }
    }

    /** The words of a page and all below it; page 0 stands for zeroes. */
    private void below(int level, long first, long page) {
      long end = first + span(level);
      long[] words = page == 0 ? null : read(key, level, first, page);
      if (words == null) {
        while (isChanged(end)) {
          visitChange();
        }
      } else if (level > 0) {
        for (int slot = 0; slot < TreePage.WORDS; slot++) {
          long start = first + slot * span(level - 1);
          if (words[slot] != 0 || isChanged(start + span(level - 1))) {
            below(level - 1, start, words[slot]);
          }
        }
      } else {
        for (int slot = 0; slot < TreePage.WORDS; slot++) {
          if (isChanged(first + slot + 1)) {
            visit(first + slot, words[slot], next.getValue());
            goOn();
          } else {
            visit(first + slot, words[slot], words[slot]);
          }
        }
      }
    }

    /** Whether a word that the walk has not come to changes before that one. */
    private boolean isChanged(long end) {
      return next != null && next.getKey() < end;
    }

    private void visitChange() {
      visit(next.getKey(), 0, next.getValue());
      goOn();
    }

    private void goOn() {
      next = changes.hasNext() ? changes.next() : null;
    }

    private void visit(long index, long stored, long word) {
      if ((stored | word) != 0) {
        visitor.word(index, stored, word);
      }
    }
  }

  private long[] read(TreeKey key, int level, long first, long page) {
    try {
      if (metadataExtents != null
          && !metadataExtents.contains(page / PoolLayout.PAGES_PER_EXTENT)) {
        throw new FormatException("lies in an extent that does not hold metadata");
      }
      long[] words = pages.read(key, level, first, page);
      int bit = 1 << page % PoolLayout.PAGES_PER_EXTENT;
      found.merge(page / PoolLayout.PAGES_PER_EXTENT, bit, (a, b) -> a | b);
      return words;
    } catch (IOException e) {
      String place = PageCopies.place(key, page, page);
      onDamage.accept(new Damage(key, first, span(level), place, e.getMessage()));
      return null;
    }
  }

  /** Words under a page of that level, as far as they can be counted. */
  static long span(int level) {
    long words = TreePage.WORDS;
    for (int i = 0; i < level; i++) {
      words = words > Long.MAX_VALUE / TreePage.WORDS ? Long.MAX_VALUE : words * TreePage.WORDS;
    }
    return words;
  }
}
