/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.format.TreeRoot;
import io.lunette.engine.map.PageCache;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Where an extent of a volume lies, at random, by a map whose pages are in memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MapBenchmark {

  /** Extents that the map names: of 32 MiB, 1 GiB and 64 GiB that were written. */
  @Param({"504", "16384", "1048576"})
  public int extents;

  private final SplittableRandom random = new SplittableRandom(1);
  private WordTree map;

  /** Fills the map. */
  @Setup
  public void fill() throws IOException {
    map =
        new WordTree(
            new TreeKey(TreeKey.Kind.MAP, 1),
            (key, level, first, page) -> new long[TreePage.WORDS],
            new PageCache(Long.MAX_VALUE),
            TreeRoot.EMPTY);
    for (int i = 0; i < extents; i++) {
      map.set(i, i + 1L);
    }
  }

  /** Waits for a page if it must. */
  @Benchmark
  public long get() throws IOException {
    return map.get(random.nextInt(extents));
  }

  /** Never waits: what an event loop asks. */
  @Benchmark
  public long peek() {
    return map.peek(random.nextInt(extents));
  }
}
