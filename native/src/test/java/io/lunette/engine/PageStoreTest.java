/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.DeviceException;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Pages and their copies, in extents of today's pools and of those of before there were copies. */
class PageStoreTest {

  private static final TreeKey KEY = new TreeKey(TreeKey.Kind.MAP, 3);
  private static final long EXTENT = 2;
  private static final long FIRST = EXTENT * PoolLayout.PAGES_PER_EXTENT;

  private final PagedDevice device = new PagedDevice(4 * PoolLayout.EXTENT_BYTES);
  private final PageStore pages = new PageStore(device, 1);

  @Test
  void aPageIsReadFromItsCopyAndIfBothAreDamagedNamed() throws Exception {
    pages.addExtent(EXTENT, new BitSet());
    long page = write(7);

    assertThat(device.page((int) page)).isEqualTo(device.page((int) TreePage.copyOf(page)));
    flip(page);
    assertThat(read(page)).isEqualTo(7);
    flip(TreePage.copyOf(page));
    assertThatThrownBy(() -> read(page))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("page " + page + " of ");
    flip(page);
    assertThat(read(page)).isEqualTo(7);
  }

  /** As a checkpoint does that was put off, and the next once more. */
  @Test
  void aPageThatWasReleasedTwiceIsDealtOnce() throws Exception {
    pages.addExtent(EXTENT, new BitSet());
    int free = pages.freePages();
    long page = write(7);

    pages.release(page);
    pages.release(page);
    pages.end();
    pages.end();

    assertThat(pages.freePages()).isEqualTo(free);
  }

  @Test
  void aPageThatBecameAnotherIsNotMadeUpForByWhatItWas() throws Exception {
    pages.addExtent(EXTENT, allBut(0));
    long page = write(7);
    TreeKey other = new TreeKey(TreeKey.Kind.MAP, 4);
    pages.release(page);
    pages.end();
    pages.end();

    assertThat(pages.write(other, 0, 0, words(8))).isEqualTo(page);

    assertThatThrownBy(() -> read(page))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("is not the page of ");
  }

  @Test
  void aCopyNeverTakesThePlaceOfAPageThatHasNone() throws Exception {
    BitSet live = new BitSet();
    live.set(0);
    live.set(3);
    live.set(8);
    live.set(9);
    pages.addExtent(EXTENT, live);

    assertThat(pages.freePages()).isEqualTo(5);
    for (int in : new int[] {0, 3, 8, 9}) {
      pages.release(FIRST + in);
    }
    pages.end();
    pages.end();

    List<Long> dealt = new ArrayList<>();
    while (pages.freePages() > 0) {
      dealt.add(write(1) - FIRST);
    }
    assertThat(dealt).containsExactly(2L, 4L, 5L, 6L, 7L, 3L);
  }

  /** Those who wait for the checkpoint wait for that as well. */
  @Test
  void notEveryPageOfALargeCheckpointIsReadBackWhenAFlushFails() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    PagedDevice large =
        new PagedDevice(200 * PoolLayout.EXTENT_BYTES) {
          @Override
          public void readBack(long offset, ByteBuffer target) throws DeviceException {
            asked.incrementAndGet();
            super.readBack(offset, target);
          }
        };
    PageStore many = new PageStore(large, 1);
    for (int extent = 1; extent < 200; extent++) {
      many.addExtent(extent, new BitSet());
    }
    while (many.freePages() > 0) {
      long ignored = many.write(KEY, 0, 0, words(7));
    }
    DeviceException failure = new DeviceException("simulated: a write was lost");

    assertThat(many.named(failure)).isSameAs(failure);

    assertThat(asked).hasPositiveValue().hasValueLessThan(500);
  }

  private static BitSet allBut(int free) {
    BitSet live = new BitSet();
    live.set(0, PoolLayout.TREE_PAGES_PER_EXTENT);
    live.clear(free);
    return live;
  }

  private long write(long word) throws Exception {
    return pages.write(KEY, 0, 0, words(word));
  }

  private long read(long page) throws Exception {
    return pages.read(KEY, 0, 0, page)[0];
  }

  private void flip(long page) {
    device.flip((page * PoolLayout.PAGE_BYTES + 70) * Byte.SIZE);
  }

  private static long[] words(long first) {
    long[] words = new long[TreePage.WORDS];
    words[0] = first;
    return words;
  }
}
