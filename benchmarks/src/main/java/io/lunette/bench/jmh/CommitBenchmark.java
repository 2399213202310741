/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Writes of 4 KiB to a clone, and what makes them durable. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CommitBenchmark {

  private static final int BLOCK = 4096;

  private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
  private ScratchPool pool;
  private BlockDevice clone;
  private long cursor;

  /** Makes a pool and opens a clone. */
  @Setup
  public void openClone() throws Exception {
    pool = new ScratchPool();
    clone = pool.openClone("replica");
    BlockingIo.write(clone, 0, block, Durability.DURABLE);
  }

  /** Removes them. */
  @TearDown
  public void deletePool() throws Exception {
    clone.close();
    pool.close();
  }

  /** A block that the clone has already: no metadata. */
  @Benchmark
  public void overwrite() throws Exception {
    BlockingIo.write(clone, 0, block, Durability.VISIBLE);
  }

  /** The same, durable: one flush of the device. */
  @Benchmark
  public void overwriteDurably() throws Exception {
    BlockingIo.write(clone, 0, block, Durability.DURABLE);
  }

  /** A block that the clone does not have, every time: one record. */
  @Benchmark
  public void firstWrite() throws Exception {
    BlockingIo.write(clone, advance(), block, Durability.VISIBLE);
  }

  /** The same, durable: data, journal, and one flush for both. */
  @Benchmark
  public void firstWriteDurably() throws Exception {
    BlockingIo.write(clone, advance(), block, Durability.DURABLE);
  }

  private long advance() {
    cursor = (cursor + BLOCK) % ScratchPool.IMAGE_BYTES;
    return cursor;
  }
}
