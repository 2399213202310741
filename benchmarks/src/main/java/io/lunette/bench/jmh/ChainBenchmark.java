/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** 4 KiB reads, at random in 16 MiB, through a chain of clones of clones down to the image. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ChainBenchmark {

  private static final int BLOCK = 4096;

  /** Layers that a read looks through before it finds the image's. */
  @Param({"1", "4", "16", "64"})
  public int depth;

  private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
  private ScratchPool pool;
  private BlockDevice top;

  /** Builds the chain. */
  @Setup(Level.Trial)
  public void build() throws Exception {
    pool = new ScratchPool();
    VolumeName below = ScratchPool.IMAGE;
    for (int i = 1; i <= depth; i++) {
      VolumeName clone = new VolumeName("clone-" + i);
      pool.driver.clone(below, List.of(clone));
      if (i < depth) {
        pool.driver.seal(clone);
      }
      below = clone;
    }
    top = pool.driver.open(below, AccessMode.READ_WRITE);
  }

  /** Reads one block. */
  @Benchmark
  public ByteBuffer read() throws BlockException {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long megabyte = random.nextInt(16);
    long offset = (megabyte << 28) + (long) random.nextInt(256) * BLOCK;
    BlockingIo.read(top, offset, block);
    return block;
  }

  /** Removes the pool. */
  @TearDown(Level.Trial)
  public void remove() throws VolumeException, IOException {
    top.close();
    pool.close();
  }
}
