/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A metadata page in and out of its bytes, checksum included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PageBenchmark {

  private static final TreeKey KEY = new TreeKey(TreeKey.Kind.MAP, 7);
  private static final long SELF = 4711;

  private final ByteBuffer page =
      ByteBuffer.allocateDirect(PoolLayout.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final long[] words = new long[TreePage.WORDS];

  /** Fills a page. */
  @Setup
  public void fill() {
    for (int i = 0; i < words.length; i++) {
      words[i] = i * 0x9E3779B97F4A7C15L;
    }
    encode();
  }

  /** Words to bytes. */
  @Benchmark
  public ByteBuffer encode() {
    TreePage.encode(page, KEY, 0, 0, 1, SELF, words);
    return page;
  }

  /** Bytes to words, checked. */
  @Benchmark
  public long[] decode() throws FormatException {
    return TreePage.decode(page, KEY, 0, 0, SELF);
  }
}
