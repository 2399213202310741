/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.format.TreeRoot;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class WordTreeTest {

  private static final TreeKey KEY = new TreeKey(TreeKey.Kind.MAP, 1);
  private static final long BUDGET_BYTES = 256 * 1024;
  private static final long WORDS = 400L * TreePage.WORDS;

  private final Pages pages = new Pages();
  private final PageCache cache = new PageCache(BUDGET_BYTES);
  private WordTree tree =
      new WordTree(KEY, pages, cache, new TreeRoot(0, WordTree.heightFor(WORDS)));

  /** Also where an index is not one of an int, or is one only when it is cut off. */
  @Test
  void nothingIsFoundBehindWhatATreeHolds() throws Exception {
    WordTree low = new WordTree(KEY, pages, cache, new TreeRoot(0, 1));
    low.set(7, 1);

    for (long from : new long[] {8, 504, 1L << 31, 1L << 32, (1L << 32) + 5, Long.MAX_VALUE}) {
      assertThat(low.nextNonZero(from)).as("from %d", from).isEqualTo(-1);
    }
    assertThat(low.nextNonZero(7)).isEqualTo(7);
  }

  @Test
  void aTreeThatIsLargerThanItsMemoryIsWhatItWasSetTo() throws Exception {
    Random random = new Random(3);
    Map<Long, Long> model = new HashMap<>();
    for (int round = 0; round < 400; round++) {
      for (int i = 0; i < 20; i++) {
        long index = random.nextLong(WORDS);
        long word = random.nextInt(4) == 0 ? 0 : random.nextLong();
        assertThat(tree.set(index, word)).isEqualTo(model.getOrDefault(index, 0L));
        model.put(index, word);
      }
      TreeCheckpoint checkpoint = tree.freeze();
      long early = random.nextLong(WORDS);
      tree.set(early, round + 1);
      model.put(early, round + 1L);
      cache.trim();
      if (random.nextInt(5) == 0) {
        pages.failAfter(random.nextInt(20));
        try {
          checkpoint.write(pages);
          checkpoint.end();
          pages.end();
        } catch (IOException full) {
          checkpoint.abort();
        }
        pages.failAfter(Integer.MAX_VALUE);
      } else {
        checkpoint.write(pages);
        checkpoint.end();
        pages.end();
      }
      cache.trim();
      for (int i = 0; i < 20; i++) {
        long index = random.nextLong(WORDS);
        assertThat(tree.peek(index)).isIn(model.getOrDefault(index, 0L), WordTree.NOT_IN_MEMORY);
        assertThat(tree.get(index)).isEqualTo(model.getOrDefault(index, 0L));
        assertThat(tree.peek(index)).isEqualTo(model.getOrDefault(index, 0L));
        long other = random.nextLong(WORDS);
        assertThat(inPage(other)).isEqualTo(model.getOrDefault(other, 0L));
      }
      cache.trim();
    }
    checkpointAll();

    for (Map.Entry<Long, Long> word : model.entrySet()) {
      assertThat(tree.get(word.getKey())).isEqualTo(word.getValue());
      cache.trim();
    }
    assertThat(cache.bytes()).isLessThan(2 * BUDGET_BYTES);
    assertThat(pages.stored()).isGreaterThan(350);
    assertThat(walked()).isEqualTo(nonZero(model));
    tree = new WordTree(KEY, pages, cache, tree.stored());
    assertThat(walked()).isEqualTo(nonZero(model));
  }

  @Test
  void everyPageIsKnownOnceHoweverManyCheckpointsCameToNothing() throws Exception {
    for (int round = 0; round < 30; round++) {
      tree.set(round * 700L, round + 1);
      TreeCheckpoint checkpoint = tree.freeze();
      pages.failAfter(round % 3);
      try {
        checkpoint.write(pages);
        checkpoint.end();
        pages.end();
      } catch (IOException full) {
        checkpoint.abort();
      }
    }
    pages.failAfter(Integer.MAX_VALUE);
    checkpointAll();
    checkpointAll();

    List<Long> known = new ArrayList<>();
    tree.forEachPage(known::add);
    assertThat(known).doesNotHaveDuplicates();
    assertThat(pages.free).doesNotHaveDuplicates().doesNotContainAnyElementsOf(known);
  }

  @Test
  void readersSeeEveryWordWhilePagesComeAndGo() throws Exception {
    for (long index = 0; index < WORDS; index += 101) {
      tree.set(index, 1);
    }
    checkpointAll();
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              Map<Long, Long> seen = new HashMap<>();
              Random random = new Random(9);
              try {
                while (!done.get()) {
                  long index = random.nextLong(WORDS / 101) * 101;
                  long word = random.nextBoolean() ? tree.get(index) : inPage(index);
                  // Words only grow, so what was seen once is never followed by less.
                  assertThat(word).isGreaterThanOrEqualTo(seen.getOrDefault(index, 1L));
                  seen.put(index, word);
                }
              } catch (IOException | AssertionError e) {
                failure.set(e);
              }
            });
    reader.start();
    Random random = new Random(4);
    for (int round = 2; round < 1500; round++) {
      for (int i = 0; i < 5; i++) {
        tree.set(random.nextLong(WORDS / 101) * 101, round);
      }
      checkpointAll();
      cache.trim();
    }
    done.set(true);
    reader.join();

    assertThat(failure.get()).isNull();
  }

  private long inPage(long index) throws IOException {
    long[] words = new long[TreePage.WORDS];
    int slot = (int) (index % TreePage.WORDS);
    return tree.readPage(index - slot, words) ? words[slot] : 0;
  }

  @Test
  void aPageThatIsReadApartTakesNoMemoryWhereThereIsNone() throws Exception {
    for (long index = 0; index < WORDS; index += TreePage.WORDS) {
      tree.set(index, index + 1);
    }
    checkpointAll();
    long before = cache.bytes();
    assertThat(cache.isOver()).isTrue();

    cache.trim();
    long kept = cache.bytes();
    for (long index = 0; index < WORDS; index += TreePage.WORDS) {
      assertThat(inPage(index)).isEqualTo(index + 1);
    }

    assertThat(kept).isLessThan(before);
    assertThat(cache.bytes()).isLessThan(BUDGET_BYTES + 2 * TreePage.WORDS * Long.BYTES);
  }

  /**
   * The new root that leads to its leaves was never stored, and of the old one they are no part.
   */
  @Test
  void whatACheckpointThatCameToNothingWroteOfATreeThatIsGivenUpIsKnown() throws Exception {
    for (TreeRoot before : List.of(new TreeRoot(0, 2), new TreeRoot(0, 1))) {
      pages.failAfter(Integer.MAX_VALUE);
      WordTree given = new WordTree(KEY, pages, cache, before);
      List<Long> stored = new ArrayList<>();
      if (before.height() == 1) {
        given.set(7, 7);
        TreeCheckpoint sound = given.freeze();
        sound.write(pages);
        sound.end();
        given.forEachPage(stored::add);
        assertThat(stored).hasSize(1);
      }
      given.set(3L * TreePage.WORDS, 3);
      given.set(5L * TreePage.WORDS, 5);
      pages.failAfter(2);
      long first = pages.next;
      TreeCheckpoint checkpoint = given.freeze();
      assertThatThrownBy(() -> checkpoint.write(pages)).hasMessage("full");
      checkpoint.abort();
      given.discard();

      List<Long> known = new ArrayList<>();
      given.forEachPage(known::add);

      assertThat(known).contains(first, first + 1).containsAll(stored);
    }
  }

  private void checkpointAll() throws IOException {
    TreeCheckpoint checkpoint = tree.freeze();
    checkpoint.write(pages);
    checkpoint.end();
    pages.end();
  }

  private Map<Long, Long> walked() throws IOException {
    Map<Long, Long> found = new TreeMap<>();
    for (long at = tree.nextNonZero(0); at >= 0; at = tree.nextNonZero(at + 1)) {
      found.put(at, tree.get(at));
      cache.trim();
    }
    return found;
  }

  private static Map<Long, Long> nonZero(Map<Long, Long> model) {
    Map<Long, Long> words = new TreeMap<>(model);
    words.values().removeIf(word -> word == 0);
    return words;
  }

  /** Pages in memory, dealt and reused as the pool deals them. */
  private static final class Pages implements PageReader, PageSink {

    private record Page(int level, long first, long[] words) {}

    private final Map<Long, Page> pages = new ConcurrentHashMap<>();
    private final Deque<Long> free = new ArrayDeque<>();
    private List<Long> releasedNow = new ArrayList<>();
    private List<Long> releasedBefore = new ArrayList<>();
    private long next = 1;
    private int writesLeft = Integer.MAX_VALUE;

    void failAfter(int writes) {
      writesLeft = writes;
    }

    int stored() {
      return pages.size();
    }

    void end() {
      free.addAll(releasedBefore);
      releasedBefore = releasedNow;
      releasedNow = new ArrayList<>();
    }

    @Override
    public long[] read(TreeKey key, int level, long first, long page) throws IOException {
      Page found = pages.get(page);
      if (found == null || found.level != level || found.first != first) {
        throw new FormatException("page " + page + " is another");
      }
      return found.words.clone();
    }

    @Override
    public long write(TreeKey key, int level, long first, long[] words) throws IOException {
      if (writesLeft-- <= 0) {
        throw new IOException("full");
      }
      long page = free.isEmpty() ? next++ : free.poll();
      pages.put(page, new Page(level, first, words.clone()));
      return page;
    }

    @Override
    public void release(long page) {
      releasedNow.add(page);
    }
  }
}
