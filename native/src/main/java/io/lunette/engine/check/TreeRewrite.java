/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.format.TreeRoot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.NavigableMap;

/**
 * Writes trees out of place with some words changed: only the pages on the way to those. A page
 * that is damaged counts as zeroes, so the caller must give all the words that it should hold.
 */
final class TreeRewrite {

  /** Where new pages go. */
  interface Sink {
    /** Writes a page and returns its number, never 0. */
    long write(TreeKey key, int level, long firstIndex, long[] words) throws IOException;
  }

  private final RawDevice device;
  private final PoolImage image;
  private final Sink sink;
  private final ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

  TreeRewrite(RawDevice device, PoolImage image, Sink sink) {
    this.device = device;
    this.image = image;
    this.sink = sink;
  }

  /** The root of the tree with these words in it. */
  TreeRoot write(TreeKey key, TreeRoot stored, NavigableMap<Long, Long> changes)
      throws IOException {
    TreeRoot old = stored.height() > TreeRoot.MAX_HEIGHT ? TreeRoot.EMPTY : stored;
    if (changes.isEmpty()) {
      return old;
    }
    int height = old.height();
    while (TreeScan.span(height - 1) <= changes.lastKey()) {
      height++;
    }
    return new TreeRoot(new Rewrite(key, old, changes).page(height - 1, 0, old.page()), height);
  }

  private final class Rewrite {

    private final TreeKey key;
    private final TreeRoot old;
    private final NavigableMap<Long, Long> changes;
    private final List<TreeScan.Damage> damages;

    Rewrite(TreeKey key, TreeRoot old, NavigableMap<Long, Long> changes) {
      this.key = key;
      this.old = old;
      this.changes = changes;
      this.damages = image.damages(key);
    }

    /** The number of the page that stands for {@code page} from now on; 0 stands for zeroes. */
    long page(int level, long first, long page) throws IOException {
      NavigableMap<Long, Long> here =
          changes.subMap(first, true, first + TreeScan.span(level), false);
      if (here.isEmpty()) {
        return page;
      }
      long[] words = words(level, first, page);
      if (level == 0) {
        here.forEach((index, word) -> words[(int) (index - first)] = word);
      } else {
        long span = TreeScan.span(level - 1);
        for (int slot = 0; slot < TreePage.WORDS; slot++) {
          words[slot] = page(level - 1, first + slot * span, words[slot]);
        }
      }
      for (long word : words) {
        if (word != 0) {
          return sink.write(key, level, first, words);
        }
      }
      return 0;
    }

    private long[] words(int level, long first, long page) throws IOException {
      long[] words = new long[TreePage.WORDS];
      if (level >= old.height()) {
        words[0] = first == 0 ? page : 0;
      } else if (page != 0 && !isDamaged(level, first)) {
        device.read(page * PoolLayout.PAGE_BYTES, buffer);
        return TreePage.decode(buffer, key, level, first, page);
      }
      return words;
    }

    private boolean isDamaged(int level, long first) {
      return damages.stream()
          .anyMatch(damage -> damage.first() == first && damage.words() == TreeScan.span(level));
    }
  }
}
